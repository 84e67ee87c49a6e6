/** The page in a plain browser, on scripted data. Not part of the app. */
import { scriptedHost } from './host/scripted';
import { start } from './start';

start(scriptedHost(new URLSearchParams(location.search)));
