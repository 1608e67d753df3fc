import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderCache } from '../postgres/programs/folder-cache.js';
import type { ProgramCache } from '../postgres/types.js';

/**
 * The runner's tool cache. The CLI sets RUNNER_TOOL_CACHE to a folder of its own before the first call. (The library
 * `@actions/tool-cache` has the same layout, but deletes and rewrites a version that another job may be running from,
 * and prints workflow commands on the standard output of a terminal.)
 */
export const toolCache: ProgramCache = folderCache(
  () => process.env['RUNNER_TOOL_CACHE'] || join(tmpdir(), 'pgkeep-tools'),
);
