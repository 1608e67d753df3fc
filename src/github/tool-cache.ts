import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderCache } from '../postgres/programs/folder-cache.js';
import type { ProgramCache } from '../postgres/types.js';

/**
 * The runner's tool cache; the command line has a folder of the user's own instead. (The library `@actions/tool-cache`
 * has the same layout, but deletes and rewrites a version that another job may be running from,
 * and prints workflow commands on the standard output of a terminal.)
 */
export const toolCache: ProgramCache = folderCache(
  () => process.env['RUNNER_TOOL_CACHE'] || join(tmpdir(), 'pgkeep-tools'),
);
