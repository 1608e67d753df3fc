import { createHash } from 'node:crypto';
import { UserError } from '../../base/errors.js';
import type { Psql } from '../../postgres/psql.js';

/** The key of the advisory lock that a restore into a database holds: 64 bits of a hash of its name, signed. */
export function lockKey(database: string): bigint {
  return createHash('sha256').update(`pgkeep restore into ${database}`).digest().readBigInt64BE(0);
}

/**
 * Makes sure that no other restore is at work on the same target. The session keeps the lock until it ends.
 * An advisory lock belongs to the database that it is taken in, and two roles may have to work from different ones: so
 * it is taken first and looked for in all others then, which `pg_locks` shows to everyone. Of two that begin in the
 * same moment from different databases at least one sees the other; at worst both give way.
 * @throws UserError at once when another session has it
 */
export async function lockTarget(psql: Psql, database: string): Promise<void> {
  const key = lockKey(database);
  const taken = await psql.query<boolean>(`SELECT to_json(pg_catalog.pg_try_advisory_lock(${key}))`);
  if (taken && !(await isHeldByOthers(psql, key))) return;
  throw new UserError(
    `Another restore into database ${JSON.stringify(database)} is at work: nothing was changed. Wait for its end, then look at what is there before you run this again.`,
  );
}

/** `pg_locks` has the halves of a key of 64 bits, and 1 to tell it from two keys of 32 bits (the manual's 53.13). */
function isHeldByOthers(psql: Psql, key: bigint): Promise<boolean> {
  const bits = BigInt.asUintN(64, key);
  return psql.query<boolean>(
    `SELECT to_json(EXISTS (SELECT FROM pg_catalog.pg_locks
     WHERE locktype = 'advisory' AND classid = '${bits >> 32n}' AND objid = '${bits & 0xffffffffn}' AND objsubid = 1
       AND granted AND pid <> pg_catalog.pg_backend_pid()))`,
  );
}
