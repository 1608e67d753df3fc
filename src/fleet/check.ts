import { messageOf } from '../base/errors.js';
import { familyName, hasPlaceholder } from '../inputs/name.js';
import { splitList } from '../inputs/parse.js';
import { readInputs } from '../inputs/read.js';
import { placeOf } from '../storage/url.js';
import { ENVIRONMENT, keysOf, URL_KEY, type FleetAction } from './keys.js';
import type { Member, Problem } from './types.js';
import { withoutStop } from './value.js';

/** What stands for a secret while the others are checked; it is a URL because some of them must be one. */
const UNSEEN = 'https://unseen.invalid/';

/** The inputs that a member's action is given, secrets by their names. */
export function givenTo(member: Member, action: FleetAction): Map<string, string> {
  const given = new Map([['name', member.database]]);
  for (const { key } of keysOf(action)) {
    const text = member.values.get(key)?.text.trim() ?? '';
    if (text !== '') given.set(key, text);
  }
  return given;
}

/** What contradicts itself in a database's inputs, two that would be one family, and two that are one database. */
export function memberProblems(members: readonly Member[], action: FleetAction): Problem[] {
  return [
    ...contradictions(members, action),
    ...sharedFamilies(members, action),
    ...(action === 'backup' ? sameDatabases(members) : []),
  ];
}

/** What the defaults are to blame for is wrong everywhere, and is said once. */
function contradictions(members: readonly Member[], action: FleetAction): Problem[] {
  const byMessage = new Map<string, Member[]>();
  for (const member of members) {
    const message = contradiction(member, action);
    if (message !== undefined) byMessage.set(message, [...(byMessage.get(message) ?? []), member]);
  }
  return [...byMessage].flatMap(([message, [first, ...others]]) =>
    first === undefined
      ? []
      : [
          {
            ...first.at,
            message: `"${first.database}"${others.length === 0 ? '' : ` and ${others.length} more`}: ${message}`,
          },
        ],
  );
}

function contradiction(member: Member, action: FleetAction): string | undefined {
  const given = givenTo(member, action);
  if (action === 'backup' && !given.has(URL_KEY))
    return `"${URL_KEY}" is missing: the name of the secret that holds the URL`;
  const texts = new Map<string, string | undefined>(
    keysOf(action).map(({ key, input, spec }) => {
      const text = given.get(key);
      return [input, text !== undefined && spec.type === 'secret' ? UNSEEN : text];
    }),
  );
  try {
    // A database of the same name as its placeholder's is the action's own matter.
    readInputs(action, (name) => texts.get(name));
    return undefined;
  } catch (error) {
    return withoutStop(messageOf(error));
  }
}

/** Two databases in one family would prune each other's backups. */
function sharedFamilies(members: readonly Member[], action: FleetAction): Problem[] {
  const seen = new Map<string, Member>();
  return members.flatMap((member) => {
    const given = givenTo(member, action);
    const stored = splitList(given.get('storage') ?? '').map(placeOf);
    const places = familiesOf(member, given).flatMap((name) =>
      stored.map((place) => ({ name, key: `${place} ${name}` })),
    );
    const shared = places.find(({ key }) => seen.has(key));
    const other = shared === undefined ? undefined : seen.get(shared.key);
    for (const { key } of places) if (!seen.has(key)) seen.set(key, member);
    if (shared === undefined || other === undefined) return [];
    const at = member.values.get('name') ?? member.at;
    return [
      {
        line: at.line,
        column: at.column,
        message: `the family "${shared.name}" in the same storage is "${other.database}"'s already, in line ${other.at.line}: give this one another "name" or "storage"`,
      },
    ];
  });
}

/** The families that a member's backups belong to, as far as the file tells. */
function familiesOf({ database }: Member, given: ReadonlyMap<string, string>): string[] {
  const template = given.get('name') ?? database;
  if (!hasPlaceholder(template)) return [familyName(template)];
  const databases = splitList(given.get('databases') ?? '');
  // The server alone knows all of its databases, and the URL the one that it names.
  return databases.includes('*') ? [] : databases.map((each) => familyName(template, each));
}

/** A line that was copied and not changed to its end would be green, and its database in no backup. */
function sameDatabases(members: readonly Member[]): Problem[] {
  const seen = new Map<string, Member>();
  return members.flatMap((member) => {
    const text = (key: string): string => member.values.get(key)?.text.trim() ?? '';
    if (text(URL_KEY) === '') return [];
    const database = [URL_KEY, 'databases', ENVIRONMENT].map(text).join('\n');
    const other = seen.get(database);
    if (other === undefined) {
      seen.set(database, member);
      return [];
    }
    return [
      {
        ...member.at,
        message: `"${member.database}" is the same database as "${other.database}" in line ${other.at.line}: give it another "${URL_KEY}", "databases" or "${ENVIRONMENT}"`,
      },
    ];
  });
}
