/** Every string a person reads, by screen. A language is one folder like `en/`. */
export { app } from './en/app';
export { problems } from './en/problems';
