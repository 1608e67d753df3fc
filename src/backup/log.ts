import { randomBytes } from 'node:crypto';
import { CancelledError, messageOf } from '../base/errors.js';
import type { Target } from '../postgres/connection/target.js';
import { putObject } from '../storage/put.js';
import { logKey } from './layout.js';
import type { BackupContext, BackupResult } from './types.js';

/**
 * What failed, without what only the run's own log may show: names in quotes (tables, schemas), the server and the user.
 * The storage's reader may be allowed to see no more than encrypted backups.
 */
export function publicReason(message: string, target: Pick<Target, 'host' | 'user'>): string {
  const hidden = [target.host, target.user].filter((text) => text !== undefined && text !== '');
  const line = message.split('\n')[0] ?? '';
  return hidden
    .reduce<string>(
      (text, word) => text.replaceAll(word ?? '', '...'),
      line.replaceAll(/"[^"]*"|`[^`]*`/g, '"..."'),
    )
    .trim();
}

/**
 * Leaves a line of history in each store, for failed runs too: whoever asks a week later why there is no backup finds
 * the answer where the backup would be. A store that cannot be written to has said so already.
 */
export async function writeLog(
  context: Pick<BackupContext, 'stores' | 'run' | 'reporter' | 'connection'>,
  name: string,
  startedAt: Date,
  outcome: BackupResult | { error: unknown },
): Promise<void> {
  const failed = 'error' in outcome;
  if (failed && outcome.error instanceof CancelledError) return;
  const reason = failed ? messageOf(outcome.error) : outcome.problems[0];
  const entry = {
    version: 1,
    action: 'backup',
    outcome: failed || outcome.problems.length > 0 ? 'failure' : 'success',
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    error: reason === undefined ? null : publicReason(reason, context.connection.target),
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
