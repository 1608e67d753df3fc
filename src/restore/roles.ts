import type { TocEntry } from '../postgres/toc.js';
import { listAll } from './sentence.js';
import type { Choices } from './way.js';
import type { KnownRoles } from './target/roles.js';

/** The roles that a backup names. */
export interface NamedRoles {
  /** Owners, grantees and all others. */
  all: readonly string[];
  owners: readonly string[];
}

/** Whether owners and privileges are restored, and what there is to say about it. */
export interface Ownership {
  owner: boolean;
  privileges: boolean;
  blockers: string[];
  warnings: string[];
}

/**
 * The owners among the named roles: a line of the table of contents ends with one. Names stand unquoted there, so a
 * role may be taken for an owner that is none, never the other way round. Without such a table all count as owners.
 */
export function ownersAmong(named: readonly string[], toc: readonly TocEntry[] | undefined): string[] {
  if (toc === undefined) return [...named];
  const texts = toc.map(({ text }) => text.trimEnd());
  return named.filter((role) => texts.some((text) => text.endsWith(` ${role.replaceAll(/[\r\n]/g, ' ')}`)));
}

/**
 * Decides whether owners and privileges are restored. `auto` leaves them out where a role is missing, or may not be
 * acted for; in `replace` that is refused instead, since applications have to go on working with what takes the place.
 */
export function decideOwnership(
  choices: Pick<Choices, 'mode' | 'owner' | 'privileges'>,
  named: NamedRoles,
  known: KnownRoles,
  role: string,
): Ownership {
  const missing = (roles: readonly string[]): string[] => roles.filter((name) => !known.there.has(name));
  const missingOwners = missing(named.owners);
  const foreign = named.owners.filter((name) => known.there.has(name) && !known.actAs.has(name));
  const who = JSON.stringify(role);
  const reasons = {
    owner: [
      ...(missingOwners.length === 0 ? [] : [`these owners are no roles there: ${listAll(missingOwners)}`]),
      ...(foreign.length === 0 ? [] : [`role ${who} may not act for these owners: ${listAll(foreign)}`]),
    ],
    privileges: ((lost) =>
      lost.length === 0 ? [] : [`these roles, which have privileges, are not there: ${listAll(lost)}`])(
      missing(named.all),
    ),
  };
  const ownership: Ownership = { owner: true, privileges: true, blockers: [], warnings: [] };
  for (const what of ['owner', 'privileges'] as const) {
    const because = reasons[what].join('; ');
    const things = what === 'owner' ? 'Owners' : 'Privileges';
    if (choices[what] === 'false') ownership[what] = false;
    else if (because === '') continue;
    else if (choices[what] === 'auto' && choices.mode === 'fresh') {
      ownership[what] = false;
      ownership.warnings.push(
        `${things} are not restored: ${because}.${what === 'owner' ? ` Everything will belong to ${who}.` : ' Grant again what your applications need.'}`,
      );
    } else
      ownership.blockers.push(
        `${things} cannot be restored: ${because}. ${remedy(what, missingOwners.length > 0 || what === 'privileges', foreign, who)}`,
      );
  }
  return ownership;
}

function remedy(
  what: 'owner' | 'privileges',
  absent: boolean,
  foreign: readonly string[],
  who: string,
): string {
  const steps = [
    ...(absent ? ['create the missing roles (globals.sql of the backup has them, without passwords)'] : []),
    ...(what === 'owner' && foreign.length > 0
      ? [
          `run ${foreign.map((name) => `\`GRANT ${JSON.stringify(name)} TO ${who}\``).join(', ')} (at its end since PostgreSQL 16 \`WITH INHERIT TRUE, SET TRUE\`; before, a NOINHERIT role needs \`ALTER ROLE ${who} INHERIT\`)`,
        ]
      : []),
    `set ${what}: false`,
  ];
  const text = steps.join(', or ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
