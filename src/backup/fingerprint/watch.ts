import { setTimeout as sleep } from 'node:timers/promises';
import { quoteLiteral, SqlError, type Psql } from '../../postgres/psql.js';

/** Somebody seen waiting twice in a row is helped, so nobody waits much longer than twice this. */
const EVERY_MS = 400;

/**
 * Cancels what our sessions called `application` run as soon as somebody waits for a lock of theirs, so that no
 * application stands still behind a long count. What was cancelled is tried again later.
 * Ends when `signal` aborts.
 */
export async function yieldToOthers(psql: Psql, application: string, signal: AbortSignal): Promise<void> {
  const ours = `SELECT pid FROM pg_catalog.pg_stat_activity WHERE application_name = ${quoteLiteral(application)}`;
  const waiting = `SELECT DISTINCT l.pid, b.pid AS blocker FROM pg_catalog.pg_locks l
    CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(l.pid)) AS b(pid)
    WHERE NOT l.granted AND b.pid IN (${ours}) AND l.pid NOT IN (${ours})`;
  let before = new Set<number>();
  while (!signal.aborted) {
    const pairs = await psql.rows<{ pid: number; blocker: number }>(waiting);
    const late = pairs.filter(({ pid }) => before.has(pid)).map(({ blocker }) => blocker);
    for (const pid of new Set(late)) await cancel(psql, pid);
    before = new Set(pairs.map(({ pid }) => pid));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function cancel(psql: Psql, pid: number): Promise<void> {
  try {
    await psql.exec(`SELECT pg_catalog.pg_cancel_backend(${pid})`);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
  }
}
