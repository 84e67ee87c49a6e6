/** The page in the window. */
import { start } from './start';
import { tauriHost } from './host/tauri';

start(tauriHost());
