import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramOptions } from '../../backup/run-options.js';
import { folderCache } from '../../postgres/programs/index.js';
import type { ArtifactAccess } from '../../storage/artifact/access.js';
import { VERSION } from '../../version.js';
import type { CommandContext } from './context.js';

/** Where programs that had to be unpacked are kept: the runner's tool cache, or a folder of the user's own. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return (
    env['RUNNER_TOOL_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pgkeep', 'tools')
  );
}

/** The token that artifacts are read with. */
interface TokenInput {
  githubToken?: string | undefined;
}

/** Artifacts can be read and deleted from a terminal, not made. Undefined where no repository is named. */
function artifactsOf(env: NodeJS.ProcessEnv, { githubToken }: TokenInput): ArtifactAccess | undefined {
  const repository = env['GITHUB_REPOSITORY'];
  if (repository === undefined || repository === '') return undefined;
  return {
    repository,
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    serverUrl: env['GITHUB_SERVER_URL'] ?? 'https://github.com',
    token: githubToken ?? '',
    tempDir: tempDirOf(env),
    isPublic: true,
  };
}

const tempDirOf = (env: NodeJS.ProcessEnv): string => env['RUNNER_TEMP'] ?? tmpdir();

/** What a room is run with on a terminal, but for its inputs. */
export function terminalOptions(
  { env, reporter, signal }: CommandContext,
  inputs: TokenInput,
): ProgramOptions {
  return {
    env,
    reporter,
    signal,
    tempDir: tempDirOf(env),
    artifacts: artifactsOf(env, inputs),
    cache: folderCache(() => cacheFolder(env)),
    // On someone's own machine nothing is installed system-wide.
    method: 'rootless',
    version: VERSION,
    run: {},
  };
}
