export { factsOf, type FailOn, type Policy, type Seen } from './facts.js';
export { gate, type Approval } from './gate.js';
export { locate, type FileLine } from './locate.js';
