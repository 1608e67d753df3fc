import type { TocEntry } from '../postgres/toc.js';
import { listAll } from './sentence.js';
import type { Choices } from './way.js';
import type { KnownRoles } from './target/roles.js';

/** The roles that a backup names. */
export interface NamedRoles {
  /** Owners, grantees and all others. */
  all: readonly string[];
  owners: readonly string[];
  /** Those whose default privileges are set. */
  withDefaults: readonly string[];
}

/** Whether owners and privileges are restored, and what there is to say about it. */
export interface Ownership {
  owner: boolean;
  privileges: boolean;
  /** Roles whose default privileges are left out, although privileges are restored. */
  withoutDefaultsOf: readonly string[];
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

type What = 'owner' | 'privileges';

/** What a sentence calls them, and what stands in their way. */
const WORDS: Readonly<Record<What, { things: string; missing: string; foreign: string }>> = {
  owner: {
    things: 'Owners',
    missing: 'these owners are no roles there',
    foreign: 'may not act for these owners',
  },
  privileges: {
    things: 'Privileges',
    missing: 'these roles, which have privileges, are not there',
    foreign: 'may not set the default privileges of these roles',
  },
};

/** Roles that are in the way: those that are not there, and those for which the connecting role may not do it. */
interface Lacks {
  missing: readonly string[];
  foreign: readonly string[];
}

/**
 * Decides whether owners and privileges are restored. `auto` leaves them out where a role is missing, or may not be
 * acted for; of privileges just the default ones of roles whose they may not be set. In `replace` that is refused
 * instead, since applications have to go on working with what takes the place.
 */
export function decideOwnership(
  choices: Pick<Choices, 'mode' | What>,
  named: NamedRoles,
  known: KnownRoles,
  role: string,
): Ownership {
  const who = JSON.stringify(role);
  const lacking = (
    needed: readonly string[],
    worked: readonly string[],
    able: ReadonlySet<string>,
  ): Lacks => ({
    missing: needed.filter((name) => !known.there.has(name)),
    foreign: worked.filter((name) => known.there.has(name) && !able.has(name)),
  });
  const lacks = {
    owner: lacking(named.owners, named.owners, known.actAs),
    privileges: lacking(named.all, named.withDefaults, known.setDefaults),
  };
  const ownership: Ownership = {
    owner: true,
    privileges: true,
    withoutDefaultsOf: [],
    blockers: [],
    warnings: [],
  };
  for (const what of ['owner', 'privileges'] as const) {
    const { missing, foreign } = lacks[what];
    const { things } = WORDS[what];
    const because = reasons(what, lacks[what], who);
    if (choices[what] === 'false') ownership[what] = false;
    else if (because === '') continue;
    else if (choices[what] !== 'auto' || choices.mode !== 'fresh')
      ownership.blockers.push(`${things} cannot be restored: ${because}. ${remedy(what, lacks[what], who)}`);
    else if (what === 'privileges' && missing.length === 0) {
      ownership.withoutDefaultsOf = foreign;
      ownership.warnings.push(
        `Some default privileges are not restored: ${because}. Have them set again (ALTER DEFAULT PRIVILEGES) where applications need them.`,
      );
    } else {
      ownership[what] = false;
      ownership.warnings.push(
        `${things} are not restored: ${because}.${what === 'owner' ? ` Everything will belong to ${who}.` : ' Grant again what your applications need.'}`,
      );
    }
  }
  return ownership;
}

function reasons(what: What, { missing, foreign }: Lacks, who: string): string {
  return [
    ...(missing.length === 0 ? [] : [`${WORDS[what].missing}: ${listAll(missing)}`]),
    ...(foreign.length === 0 ? [] : [`role ${who} ${WORDS[what].foreign}: ${listAll(foreign)}`]),
  ].join('; ');
}

function remedy(what: What, { missing, foreign }: Lacks, who: string): string {
  const steps = [
    ...(missing.length > 0
      ? ['create the missing roles (globals.sql of the backup has them, without passwords)']
      : []),
    ...(foreign.length > 0
      ? [
          `run ${foreign.map((name) => `\`GRANT ${JSON.stringify(name)} TO ${who}\``).join(', ')} (at its end since PostgreSQL 16 \`WITH INHERIT TRUE, SET TRUE\`; before, a NOINHERIT role needs \`ALTER ROLE ${who} INHERIT\`)`,
        ]
      : []),
    `set ${what}: false`,
  ];
  const text = steps.join(', or ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
