import { randomBytes } from 'node:crypto';
import { CancelledError, ExplainedError, messageOf } from '../base/errors.js';
import { Mask } from '../base/mask.js';
import type { Target } from '../postgres/connection/target.js';
import { putObject } from '../storage/put.js';
import { logKey } from './layout.js';
import type { BackupContext, BackupResult } from './types.js';

/**
 * What failed, without what only the run's own log may show: names of tables, schemas and roles, the server and the user,
 * and every secret. The storage's reader may be allowed to see no more than encrypted backups.
 */
export function publicReason(
  reason: unknown,
  { target, secrets }: { target: Pick<Target, 'host' | 'user'>; secrets: readonly string[] },
): string {
  if (reason instanceof ExplainedError) return reason.anonymous;
  const mask = new Mask();
  for (const secret of secrets) mask.add(secret);
  const hidden = [target.host, target.user].filter((text) => text !== undefined && text !== '');
  const line = mask.apply(messageOf(reason).split('\n')[0] ?? '').replaceAll(/"[^"]*"|`[^`]*`/g, '"..."');
  return (
    hidden
      .reduce<string>((text, word) => text.replaceAll(word ?? '', '...'), line)
      // `schema.table`, `db.example.com`; a version or a size begins with a digit.
      .replaceAll(/(?<![\w/.])[\p{L}_][\p{L}\p{N}_$-]*(?:\.[\p{L}\p{N}_$-]+)+/gu, '...')
      .trim()
  );
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
  const reason = failed ? outcome.error : outcome.problems[0];
  const entry = {
    version: 1,
    action: 'backup',
    outcome: failed || outcome.problems.length > 0 ? 'failure' : 'success',
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    error: reason === undefined ? null : publicReason(reason, context.connection),
    backup: failed ? null : outcome.manifest.id,
    runUrl: context.run.runUrl ?? null,
    actor: context.run.actor ?? null,
  };
  // The jobs of a matrix share their run's id and may begin in one second.
  const random = randomBytes(2).toString('hex');
  const run = context.run.runId === undefined ? random : `${context.run.runId}-${random}`;
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
