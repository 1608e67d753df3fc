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
  rehearsal: Rehearsal,
  own: Set<string>,
  work: (psql: Psql) => Promise<void>,
): Promise<void> {
  return within(await open(rehearsal, OBSERVERS), own, work);
}

/** The same once the command has ended, in a template where that database is gone: nobody copies that any more. */
export async function lastSession(
  rehearsal: Rehearsal,
  own: Set<string>,
  work: (psql: Psql) => Promise<void>,
): Promise<void> {
  const psql = await open(rehearsal, OBSERVERS).catch(() => open(rehearsal, 'template1'));
  return within(psql, own, work);
}

function open({ programs, connection, signal }: Rehearsal, database: string): Promise<Psql> {
  // From the start on: a session that is ended before we know its name must not look like one of the command.
  const { PGOPTIONS = '', ...env } = connection.env;
  const options = [PGOPTIONS, ...Object.entries(UNSEEN).map(([name, value]) => `-c ${name}=${value}`)];
  const unseen = { ...connection, env: { ...env, PGOPTIONS: options.join(' ') } };
  return Psql.open({ programs, connection: unseen, database, signal });
}

async function within(psql: Psql, own: Set<string>, work: (psql: Psql) => Promise<void>): Promise<void> {
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
