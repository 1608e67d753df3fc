import { UserError } from '../base/errors.js';
import { formatBytes, plural } from '../base/units.js';
import { givenTo } from './check.js';
import { ENVIRONMENT, type FleetAction } from './keys.js';
import type { Member } from './types.js';

/** One job of the matrix: what the file says, all as text, by the file's own words. */
export type Leg = Record<string, string> & { database: string; name: string };

/** A job's outputs may have 1 MB, counted in UTF-16; some of it is for the others. */
const MATRIX_BYTES = 900_000;

/**
 * What stands in the defaults is in each job.
 * @throws UserError for a matrix that GitHub would drop
 */
export function checkSize(legs: readonly Leg[]): void {
  const bytes = JSON.stringify(legs).length * 2;
  if (bytes > MATRIX_BYTES)
    throw new UserError(
      `The matrix of ${plural(legs.length, 'database')} would be ${formatBytes(bytes)}, and GitHub takes ${formatBytes(MATRIX_BYTES)}. Shorten the defaults, or make two files and two jobs of it.`,
    );
}

/** The jobs that do the fleet's action, in the order of the file. */
export function legsOf(members: readonly Member[], action: FleetAction): Leg[] {
  return members.map((member) => {
    const environment = member.values.get(ENVIRONMENT)?.text.trim() ?? '';
    return {
      database: member.database,
      name: member.database,
      ...(environment === '' ? {} : { [ENVIRONMENT]: environment }),
      ...Object.fromEntries(givenTo(member, action)),
    };
  });
}
