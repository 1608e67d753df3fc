import { familyName } from '../inputs/name.js';

/** The label that safety backups carry, so that retention of others does not see them. */
export const SAFETY_LABEL = 'safety';

const LONGEST = 64;
const SAFETY = /-safety(-[0-9a-f]{6})?$/;

/**
 * The family of a target's safety backups. Of one target alone: a family whose backups come from several databases would
 * be refused. Databases of several servers often have one name, so six digits of what tells them apart are in it too; they
 * stay the same when the database is replaced.
 * @param databaseId as a manifest's `source.databaseId`
 */
export function safetyFamily(database: string, databaseId: string | null): string {
  const suffix = `-${SAFETY_LABEL}${databaseId === null ? '' : `-${databaseId.slice(0, 6)}`}`;
  return familyName('{database}', database).slice(0, LONGEST - suffix.length) + suffix;
}

/**
 * The families that may be meant where none is named. Safety backups are not, as long as there are others: one that was made
 * in a storage must not keep every job there from knowing its family.
 */
export function familiesMeant(names: readonly string[]): string[] {
  const others = names.filter((name) => !SAFETY.test(name));
  return others.length === 0 ? [...names] : others;
}
