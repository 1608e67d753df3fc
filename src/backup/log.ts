import { randomBytes } from 'node:crypto';
import { CancelledError, messageOf } from '../base/errors.js';
import { putObject } from '../storage/put.js';
import { logKey } from './layout.js';
import type { BackupContext, BackupResult } from './types.js';

/**
 * Leaves a line of history in each store, for failed runs too: whoever asks a week later why there is no backup finds
 * the answer where the backup would be. A store that cannot be written to has said so already.
 */
export async function writeLog(
  context: Pick<BackupContext, 'stores' | 'run' | 'reporter'>,
  name: string,
  startedAt: Date,
  outcome: BackupResult | { error: unknown },
): Promise<void> {
  const failed = 'error' in outcome;
  if (failed && outcome.error instanceof CancelledError) return;
  const entry = {
    version: 1,
    action: 'backup',
    outcome: failed || outcome.problems.length > 0 ? 'failure' : 'success',
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    error: failed ? messageOf(outcome.error).split('\n')[0] : (outcome.problems[0] ?? null),
    backup: failed ? null : outcome.manifest.id,
    runUrl: context.run.runUrl ?? null,
    actor: context.run.actor ?? null,
  };
  const run = context.run.runId ?? randomBytes(4).toString('hex');
  const bytes = Buffer.from(`${JSON.stringify(entry, null, 2)}\n`);
  await Promise.all(
    context.stores.map(async (store) => {
      try {
        await putObject(store, logKey(name, startedAt, run), bytes);
      } catch (error) {
        if (!failed)
          context.reporter.warn(`${store.url} did not take the log of this run. ${messageOf(error)}`);
      }
    }),
  );
}
