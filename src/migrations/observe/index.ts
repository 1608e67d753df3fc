export { unhide } from './hiding.js';
export { startObserving, type Observation, type Observed, type OpenTransaction } from './observe.js';
export { REHEARSAL_SETTINGS } from './settings.js';
