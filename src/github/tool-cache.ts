import { cacheDir, find, findAllVersions } from '@actions/tool-cache';
import type { ProgramCache } from '../postgres/types.js';

/**
 * The runner's tool cache, in the layout that every action uses: `<RUNNER_TOOL_CACHE>/<name>/<version>/<arch>` and a
 * `.complete` file beside it. The CLI sets RUNNER_TOOL_CACHE to a folder of its own before the first call.
 */
export const toolCache: ProgramCache = {
  find: (name, version) => find(name, version) || undefined,
  versions: (name) => findAllVersions(name),
  store: (name, version, folder) => cacheDir(folder, name, version),
};
