import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderCache, type Method } from '../../postgres/programs/index.js';
import type { ProgramCache } from '../../postgres/types.js';
import { VERSION } from '../../version.js';
import type { CommandContext } from './context.js';

/** Where programs that had to be unpacked are kept: the runner's tool cache, or a folder of the user's own. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return (
    env['RUNNER_TOOL_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pgkeep', 'tools')
  );
}

/** What a room is run with on a terminal, but for its inputs. */
export interface TerminalOptions extends Pick<CommandContext, 'env' | 'reporter' | 'signal'> {
  tempDir: string;
  cache: ProgramCache;
  method: Method;
  version: string;
  run: Record<string, never>;
}

export function terminalOptions({ env, reporter, signal }: CommandContext): TerminalOptions {
  return {
    env,
    reporter,
    signal,
    tempDir: env['RUNNER_TEMP'] ?? tmpdir(),
    cache: folderCache(() => cacheFolder(env)),
    // On someone's own machine nothing is installed system-wide.
    method: 'rootless',
    version: VERSION,
    run: {},
  };
}
