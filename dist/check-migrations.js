import { actions } from './index.js';
await actions['check-migrations']();
