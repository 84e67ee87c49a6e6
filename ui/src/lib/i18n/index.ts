/** Every string a person reads, by screen. A language is one folder like `en/`. */
export { app } from './en/app';
export { common, verify } from './en/common';
export { events } from './en/events';
export { fields } from './en/fields';
export { firstRun, streamActions, streams } from './en/streams';
export { format } from './en/format';
export { activity, practice, settings } from './en/pages';
export { journal } from './en/journal';
export { imports, sources } from './en/sources';
export { stream } from './en/stream';
export { palette, sampleDrawer, shortcuts } from './en/frame';
export { rules } from './en/rules';
export { problems } from './en/problems';
export { wizard } from './en/wizard';
