export { howFailed, isIdle, isQuery, NOT_ASKED } from './command.js';
export { factsOf, type Seen } from './facts.js';
export { gate, type Approval } from './gate.js';
export type { Policy } from './policy.js';
export { locate, type FileLine } from './locate.js';
