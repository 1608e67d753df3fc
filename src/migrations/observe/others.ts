import { setTimeout as sleep } from 'node:timers/promises';
import { quoteLiteral, type Psql } from '../../postgres/psql.js';
import { SESSION_ID } from './log.js';

/** A session of the command that is still there. */
export interface Left {
  session: string;
  pid: number;
  /** `active`, `idle`, `idle in transaction`, `idle in transaction (aborted)`. */
  state: string;
  /** Whether its transaction has changed anything. */
  wrote: boolean;
}

/** A client that has ended is noticed by the server within milliseconds, unless a statement runs. */
const REST_MS = 1000;
const END_MS = 10_000;
const LOOK_AGAIN_MS = 20;

/** The sessions that are still there a moment after the command has ended; what still runs is not waited for. */
export async function othersLeft(psql: Psql, own: ReadonlySet<string>): Promise<Left[]> {
  return lookUntilGone(psql, own, REST_MS);
}

/** Ends sessions. @returns those that would not end. */
export async function endOthers(psql: Psql, own: ReadonlySet<string>): Promise<Left[]> {
  const left = await others(psql, own);
  if (left.length === 0) return [];
  await psql.value(
    `SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
     WHERE ${SESSION_ID} IN (${left.map(({ session }) => quoteLiteral(session)).join(', ')})`,
  );
  return lookUntilGone(psql, own, END_MS);
}

/**
 * Whether processes of sessions that are no longer listed are still there: they say last that they go. Where the system
 * does not tell, they may be.
 */
export async function mayStillSpeak(psql: Psql, sessions: Iterable<string>): Promise<boolean> {
  const files = ['self', ...[...sessions].map((session) => parseInt(session.split('.')[1] ?? '', 16))];
  const [self, ...others] = await psql.query<boolean[]>(
    `SELECT json_agg((pg_catalog.pg_stat_file('/proc/' || name || '/stat', true)).size IS NOT NULL)
     FROM pg_catalog.unnest(ARRAY[${files.map((name) => quoteLiteral(String(name))).join(', ')}]) name`,
  );
  return self !== true || others.includes(true);
}

async function lookUntilGone(psql: Psql, own: ReadonlySet<string>, ms: number): Promise<Left[]> {
  const deadline = Date.now() + ms;
  for (;;) {
    const left = await others(psql, own);
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(LOOK_AGAIN_MS);
  }
}

async function others(psql: Psql, own: ReadonlySet<string>): Promise<Left[]> {
  const all = await psql.rows<Left>(
    `SELECT ${SESSION_ID} AS session, pid, coalesce(state, 'active') AS state,
       backend_xid IS NOT NULL AS wrote
     FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend' ORDER BY backend_start, pid`,
  );
  return all.filter(({ session }) => !own.has(session));
}
