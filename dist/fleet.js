import { actions } from './index.js';
await actions['fleet']();
