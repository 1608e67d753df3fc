import { CancelledError, UserError } from '../../base/errors.js';
import { Psql } from '../../postgres/psql.js';
import type { Rehearsal } from '../types.js';

/** The database is no longer there under its name: nothing of it can be looked at, and an application would not find it. */
export class DatabaseGoneError extends UserError {
  constructor(database: string, cause: unknown) {
    super(
      `The command dropped or renamed the database ${JSON.stringify(database)} that it was given. Leave that out of the command: a database that is in use is changed, not replaced.`,
      { cause },
    );
  }
}

/**
 * A locked table is the doing of a session that the command left behind, and it stays locked: to wait long is to wait in vain.
 * Counts come from the tables themselves, not from an index that may be damaged, and hidden rows are an error.
 */
const SETTINGS = {
  lock_timeout: '10s',
  row_security: 'off',
  enable_indexscan: 'off',
  enable_indexonlyscan: 'off',
  enable_bitmapscan: 'off',
};

/**
 * A session that looks at the scratch database.
 * @throws DatabaseGoneError, UserError when it cannot connect, CancelledError
 */
export async function openDatabase(rehearsal: Rehearsal, name: string): Promise<Psql> {
  try {
    return await Psql.open({ ...rehearsal, name, settings: SETTINGS });
  } catch (error) {
    if (!(error instanceof CancelledError) && !(await isThere(rehearsal)))
      throw new DatabaseGoneError(rehearsal.database, error);
    throw error;
  }
}

/** Asks in the database that the connection names itself; where that is gone or the server is, nobody knows. */
async function isThere({ programs, connection, database, signal }: Rehearsal): Promise<boolean> {
  try {
    const psql = await Psql.open({ programs, connection, signal });
    try {
      const names = await psql.rows<{ name: string }>('SELECT datname AS name FROM pg_database');
      return names.some(({ name }) => name === database);
    } finally {
      await psql.close();
    }
  } catch {
    return true;
  }
}
