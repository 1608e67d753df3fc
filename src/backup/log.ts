import { randomBytes } from 'node:crypto';
import { CancelledError, ExplainedError, messageOf } from '../base/errors.js';
import { Mask } from '../base/mask.js';
import type { Reporter } from '../base/reporter.js';
import type { Target } from '../postgres/connection/target.js';
import { putObject } from '../storage/put.js';
import type { Store } from '../storage/store.js';
import { logKey } from './layout.js';

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
  const line = mask.apply(messageOf(reason).split('\n')[0] ?? '').replaceAll(QUOTED, '"..."');
  return (
    hidden
      .reduce<string>((text, word) => text.replaceAll(word ?? '', '...'), line)
      // `schema.table`, `db.example.com`; a version or a size begins with a digit.
      .replaceAll(/(?<![\w/.])[\p{L}_][\p{L}\p{N}_$-]*(?:\.[\p{L}\p{N}_$-]+)+/gu, '...')
      .trim()
  );
}

/** As JSON writes it, or anyhow. */
const QUOTED = /"(?:[^"\\]|\\.)*"|"[^"]*"|`[^`]*`/g;

/** What one run of one action did to one family. */
export interface LogEntry {
  action: 'backup' | 'restore' | 'verify' | 'prune' | 'status' | 'delete' | 'import';
  /** The backup that was made, restored, verified or deleted; null where it did not come to that. */
  backup: string | null;
  /** Why the run is red; absent for a green one. */
  failure?: unknown;
}

export interface LogContext {
  stores: readonly Store[];
  /** Who runs it; nothing outside GitHub. */
  run: { runId?: string; runUrl?: string; actor?: string };
  reporter: Reporter;
  /** What must not be in the reason; nothing where no server of the user's took part. */
  connection?: { target: Pick<Target, 'host' | 'user'>; secrets: readonly string[] };
}

/**
 * Leaves a line of history in each store, for failed runs too: whoever asks a week later why there is no backup finds
 * the answer where the backup would be. A store that cannot be written to has said so already. A cancelled run leaves
 * none: its seconds go to cleaning up.
 */
export async function writeLog(
  { stores, run, reporter, connection }: LogContext,
  name: string,
  startedAt: Date,
  { action, backup, failure }: LogEntry,
): Promise<void> {
  if (failure instanceof CancelledError) return;
  const hidden = connection ?? { target: { host: undefined, user: undefined }, secrets: [] };
  const entry = {
    version: 1,
    action,
    outcome: failure === undefined ? 'success' : 'failure',
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    error: failure === undefined ? null : publicReason(failure, hidden),
    backup,
    runUrl: run.runUrl ?? null,
    actor: run.actor ?? null,
  };
  // The jobs of a matrix share their run's id and may begin in one second.
  const random = randomBytes(2).toString('hex');
  const id = run.runId === undefined ? random : `${run.runId}-${random}`;
  const bytes = Buffer.from(`${JSON.stringify(entry, null, 2)}\n`);
  await Promise.all(
    stores.map(async (store) => {
      try {
        await putObject(store, logKey(name, startedAt, id), bytes);
      } catch (error) {
        if (failure === undefined || backup !== null)
          reporter.warn(`${store.url} did not take the log of this run. ${messageOf(error)}`);
      }
    }),
  );
}
