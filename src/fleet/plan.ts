import { givenTo } from './check.js';
import { ENVIRONMENT, type FleetAction } from './keys.js';
import type { Member } from './types.js';

/** One job of the matrix: what the file says, all as text, by the file's own words. */
export type Leg = Record<string, string> & { database: string; name: string };

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
