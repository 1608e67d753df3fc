import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { redReasons } from '../../backup/result.js';
import { runBackup } from '../../backup/run.js';
import type { BackupInputs } from '../../inputs/values.js';
import { folderCache } from '../../postgres/programs/index.js';
import { VERSION } from '../../version.js';
import type { CommandContext } from './context.js';

/** Where programs that had to be unpacked are kept: the runner's tool cache, or a folder of the user's own. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return (
    env['RUNNER_TOOL_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pgkeep', 'tools')
  );
}

/** `pgkeep backup`. Prints the manifest's URL of each copy. @throws when anything went wrong. */
export async function backupCommand(inputs: BackupInputs, context: CommandContext): Promise<void> {
  const { env, reporter, signal } = context;
  const result = await runBackup({
    inputs,
    env,
    tempDir: env['RUNNER_TEMP'] ?? tmpdir(),
    cache: folderCache(() => cacheFolder(env)),
    // On someone's own machine nothing is installed system-wide.
    method: 'rootless',
    version: VERSION,
    run: {},
    reporter,
    signal,
  });
  for (const { locations } of result.results)
    for (const location of locations) context.print(`${location}\n`);
  const reasons = redReasons(result);
  if (reasons.length > 0) throw new AggregateError(reasons);
}
