import { explainSqlError } from '../postgres/explain.js';
import type { Psql } from '../postgres/psql.js';
import type { Target } from '../postgres/connection/target.js';

/**
 * Asks a server something in a session of its own.
 * @param what what could not be done, for the message: `Reading the list of databases`
 * @throws UserError that explains what the server refused.
 */
export async function ask<T>(
  open: () => Promise<Psql>,
  what: string,
  target: Target,
  work: (psql: Psql) => Promise<T>,
): Promise<T> {
  const psql = await open();
  try {
    return await work(psql);
  } catch (error) {
    throw explainSqlError(error, what, { target });
  } finally {
    await psql.close();
  }
}
