import { Psql } from '../../postgres/psql.js';
import type { Rehearsal } from '../types.js';
import { SESSION_ID } from './log.js';
import { UNSEEN } from './settings.js';

/**
 * Where we observe from: another database than the rehearsed one, which the command may drop, and than the templates,
 * which it may copy. A transaction in it holds back no CREATE INDEX CONCURRENTLY elsewhere.
 */
const OBSERVERS = 'postgres';

/**
 * Does something in a session of ours, of which the log holds only what it writes there itself.
 * @param own gets its name in the log
 */
export async function ownSession(
  { programs, connection, signal }: Rehearsal,
  own: Set<string>,
  work: (psql: Psql) => Promise<void>,
): Promise<void> {
  const psql = await Psql.open({ programs, connection, database: OBSERVERS, signal, settings: UNSEEN });
  try {
    own.add(
      await psql.value(
        `SELECT ${SESSION_ID} FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()`,
      ),
    );
    await work(psql);
  } finally {
    await psql.close();
  }
}
