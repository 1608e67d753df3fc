import { createHash } from 'node:crypto';
import { UserError } from '../../base/errors.js';
import type { Psql } from '../../postgres/psql.js';

/** The key of the advisory lock that a restore into a database holds: 64 bits of a hash of its name, signed. */
export function lockKey(database: string): bigint {
  return createHash('sha256').update(`pgkeep restore into ${database}`).digest().readBigInt64BE(0);
}

/**
 * Makes sure that no other restore is at work on the same target. The session keeps the lock until it ends.
 * @throws UserError at once when another session has it
 */
export async function lockTarget(psql: Psql, database: string): Promise<void> {
  const taken = await psql.query<boolean>(
    `SELECT to_json(pg_catalog.pg_try_advisory_lock(${lockKey(database)}))`,
  );
  if (taken) return;
  throw new UserError(
    `Another restore into database ${JSON.stringify(database)} is at work: nothing was changed. Wait for its end, then look at what is there before you run this again.`,
  );
}
