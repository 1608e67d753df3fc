export { findAnyPrograms, findPrograms } from './find.js';
export { folderCache } from './folder-cache.js';
export { provideServer, type MissingExtension, type ProvidedServer } from './server/provide.js';
export { installTools, type Tool, type ToolName, type Tools } from './tools.js';
export { unpackPackages } from './apt/unpack.js';
export type { AptSource, FindOptions, InstallOptions, Method } from './types.js';
