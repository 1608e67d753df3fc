import { setTimeout as pause } from 'node:timers/promises';
import { quoteLiteral, type Psql } from '../postgres/psql.js';

/** How long a server that went away is waited for, in milliseconds. */
const PATIENCE_MS = 30_000;
const EVERY_MS = 200;

/**
 * Asks the server what became of a transaction whose connection broke, perhaps at its commit: by new connections, until
 * there is an answer. The server may still be at work on that commit, so transactions of the role that had begun to
 * write in that database before are waited for.
 * @param open a session that outlives the run
 * @param database where the transaction ran
 * @returns what `look` found; undefined where nothing can be found out
 */
export async function afterBreak<T>(
  open: () => Promise<Psql>,
  database: string,
  look: (psql: Psql) => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T | undefined> {
  const end = Date.now() + patienceMs;
  // The time of the server, at the first connection that comes about.
  let since: string | undefined;
  for (;;) {
    try {
      const psql = await open();
      try {
        since ??= await psql.value('SELECT pg_catalog.clock_timestamp()');
        if (!(await isAtWork(psql, database, since))) return await look(psql);
      } finally {
        await psql.close();
      }
    } catch {
      // Not up yet, perhaps.
    }
    if (Date.now() >= end) return undefined;
    await pause(EVERY_MS);
  }
}

function isAtWork(psql: Psql, database: string, since: string): Promise<boolean> {
  return psql.query<boolean>(
    `SELECT to_json(EXISTS (SELECT FROM pg_catalog.pg_stat_activity
     WHERE datname = ${quoteLiteral(database)} AND usename = current_user AND pid <> pg_catalog.pg_backend_pid()
       AND backend_xid IS NOT NULL AND xact_start < ${quoteLiteral(since)}))`,
  );
}
