export { findAnyPrograms, findPrograms } from './find.js';
export { installTools, type ToolName, type Tools } from './tools.js';
export { unpackPackages } from './apt/unpack.js';
export type { AptSource, FindOptions, InstallOptions, Method } from './types.js';
