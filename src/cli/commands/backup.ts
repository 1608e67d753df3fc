import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { totalBytes } from '../../backup/manifest.js';
import { runBackup } from '../../backup/run.js';
import { UserError } from '../../base/errors.js';
import { formatBytes, plural } from '../../base/units.js';
import type { BackupInputs } from '../../inputs/values.js';
import { folderCache } from '../../postgres/programs/index.js';
import { VERSION } from '../../version.js';
import type { CommandContext } from './context.js';

/** Where programs that had to be unpacked are kept: the runner's tool cache, or a folder of the user's own. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  return (
    env['RUNNER_TOOL_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pgkeep', 'tools')
  );
}

/** `pgkeep backup`. Prints the manifest's URL of each copy. @throws when anything went wrong. */
export async function backupCommand(inputs: BackupInputs, context: CommandContext): Promise<void> {
  const { env, reporter, signal } = context;
  const { results, failures } = await runBackup({
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
  for (const { manifest, locations } of results) {
    reporter.info(`${manifest.name}/${manifest.id}: ${formatBytes(totalBytes(manifest))} in`);
    for (const location of locations) context.print(`${location}\n`);
  }
  const problems = results.flatMap((result) => result.problems);
  if (failures.length === 1 && problems.length === 0 && results.length === 0) throw failures[0]?.error;
  if (failures.length + problems.length > 0) {
    throw new UserError(
      [
        ...problems,
        ...(failures.length > 0
          ? [
              `${plural(failures.length, 'database')} of ${failures.length + results.length} could not be backed up: ${failures.map(({ database }) => database).join(', ')}.`,
            ]
          : []),
      ].join('\n'),
    );
  }
}
