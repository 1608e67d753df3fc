export { unhide } from './hiding.js';
export { startObserving } from './observe.js';
export type { Observed } from './observed.js';
export { REHEARSAL_SETTINGS } from './settings.js';
