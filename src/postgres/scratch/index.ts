export { borrowScratch, type BorrowOptions } from './borrow.js';
export { startScratch } from './start.js';
export type { DatabaseIdentity, Scratch, ScratchOptions } from './types.js';
