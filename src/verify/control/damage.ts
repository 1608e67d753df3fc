import type { Fingerprint } from '../../backup/fingerprint/types.js';
import { SqlError, type Psql } from '../../postgres/psql.js';
import { objectDrops } from './objects.js';
import { extensionDrops, largeObjectLosses, sequenceResets, viewLosses } from './others.js';
import { changes, deletions, tableDrops, truncations } from './rows.js';
import type { Candidate, Damage } from './types.js';

/** A kind of damage of which this many could not be done is given up. */
const TRIES = 10;

export interface DamageOptions {
  /** A whole number below `below`. */
  random: (below: number) => number;
  /** Whether lost objects that are no tables would be noticed. */
  objects: boolean;
}

/**
 * Damages a restored database in one way that the fingerprint measures: a kind of damage at random, then one of its
 * kind. What triggers, rules and dependencies do not let happen is tried elsewhere.
 * @returns what was done; undefined where nothing could be, as in an empty database.
 */
export async function damage(
  psql: Psql,
  fingerprint: Fingerprint,
  { random, objects }: DamageOptions,
): Promise<Damage | undefined> {
  await silence(psql);
  const ofRows = [deletions, changes, truncations, tableDrops];
  const others = [sequenceResets, largeObjectLosses, viewLosses, extensionDrops];
  const kinds = [...ofRows, ...others].map((candidates) => candidates(fingerprint));
  if (objects) kinds.push(...(await objectDrops(psql, random)));
  for (const candidates of shuffled(kinds, random))
    for (const candidate of shuffled(candidates, random).slice(0, TRIES))
      if (await happens(psql, candidate)) return candidate;
  return undefined;
}

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * No trigger undoes a damage, and no foreign key or event trigger stands in the way. A role that may not say so, on a
 * server of the user's, damages what they let it.
 */
async function silence(psql: Psql): Promise<void> {
  try {
    await psql.exec('SET session_replication_role = replica');
  } catch (error) {
    if (!(error instanceof SqlError) || error.sqlstate !== INSUFFICIENT_PRIVILEGE) throw error;
  }
}

async function happens(psql: Psql, candidate: Candidate): Promise<boolean> {
  await psql.exec('BEGIN');
  try {
    const done = await candidate.apply(psql);
    await psql.exec(done ? 'COMMIT' : 'ROLLBACK');
    return done;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    await psql.exec('ROLLBACK');
    return false;
  }
}

/** Fisher and Yates' shuffle. */
function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  const result = [...list];
  for (let left = result.length; left > 1; left -= 1) {
    const [taken] = result.splice(random(left), 1);
    if (taken !== undefined) result.push(taken);
  }
  return result;
}
