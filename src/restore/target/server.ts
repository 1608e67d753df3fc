import type { Reporter } from '../../base/reporter.js';
import { explainSqlError } from '../../postgres/explain.js';
import { Psql } from '../../postgres/psql.js';
import type { Connection, Programs } from '../../postgres/types.js';

export interface ServerAccess {
  programs: Programs;
  connection: Connection;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Opens a session on a database of the target's server. */
export type OpenSession = (database: string, name: string) => Promise<Psql>;

/** What a database or role of the target may have set, and would stop us. */
export const SETTINGS = { default_transaction_read_only: 'off' };

/** Sessions that end when the run is cancelled. */
export function sessionsOf({ programs, connection, reporter, signal }: ServerAccess): OpenSession {
  return (database, name) =>
    Psql.open({ programs, connection, database, name, reporter, signal, settings: SETTINGS });
}

/** Sessions that clean up, also after the run was cancelled. */
export function cleaningSessionsOf({ programs, connection, reporter }: ServerAccess): OpenSession {
  return (database, name) =>
    Psql.open({ programs, connection, database, name, reporter, settings: SETTINGS });
}

/**
 * Does something in a session of its own.
 * @param what what could not be done, for the message
 */
export async function inSession<T>(
  open: () => Promise<Psql>,
  what: string,
  connection: Connection,
  work: (psql: Psql) => Promise<T>,
): Promise<T> {
  const psql = await open();
  try {
    return await work(psql);
  } catch (error) {
    throw explainSqlError(error, what, { target: connection.target });
  } finally {
    await psql.close();
  }
}
