import {
  belongsTo,
  indexOfWord,
  keyOf,
  tokens,
  type ExactEntry,
  type Token,
} from '../restore/archive/index.js';

/** Kinds that the fingerprint calls otherwise than an archive; all others are the same in lower case. */
const NAMES: Readonly<Record<string, string>> = {
  PROCEDURE: 'function',
  AGGREGATE: 'function',
  'PROCEDURAL LANGUAGE': 'language',
  'FK CONSTRAINT': 'foreign key',
  SERVER: 'foreign server',
  STATISTICS: 'statistics object',
  'PUBLICATION TABLE': 'published table',
  'PUBLICATION TABLES IN SCHEMA': 'published schema',
};

/** By the word that comes after a constraint's name. */
const CONSTRAINTS: Readonly<Record<string, string>> = {
  primary: 'primary key',
  unique: 'unique constraint',
  exclude: 'exclusion constraint',
};

/** By the word that comes after AS. */
const TYPES: Readonly<Record<string, string>> = {
  enum: 'enum',
  range: 'range type',
  '(': 'composite type',
};

/**
 * How many objects of each kind, as the fingerprint counts them, are not there when some entries are not restored; in
 * doubt more. Entries of other things (rows, comments) count by names that are no kinds.
 * @param out the dump ids of what is not restored
 */
export function countObjects(
  entries: readonly ExactEntry[],
  out: ReadonlySet<number>,
): Record<string, number> {
  const counts: Record<string, number> = { 'check constraint': checksIn(entries, out) };
  for (const entry of entries)
    if (out.has(entry.dumpId)) for (const kind of kindsOf(entry)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function kindsOf({ kind, tag, definition }: ExactEntry): string[] {
  const known = KINDS[kind];
  if (known !== undefined) return known(definition);
  return kind === 'RULE' && tag.endsWith(' _RETURN') ? [] : [NAMES[kind] ?? kind.toLowerCase()];
}

/** Where the definition tells how many there are, and of which kinds. */
const KINDS: Readonly<Record<string, (definition: string) => string[]>> = {
  CONSTRAINT: (definition) => {
    const list = tokens(definition);
    const kind = CONSTRAINTS[list[indexOfWord(list, ['constraint']) + 2]?.text ?? ''];
    // Each of these has an index of its own.
    return kind === undefined ? [] : [kind, 'index'];
  },
  TYPE: (definition) => {
    const list = tokens(definition);
    const as = indexOfWord(list, ['as']);
    return [(as < 0 ? undefined : TYPES[list[as + 1]?.text ?? '']) ?? 'base type'];
  },
  DOMAIN: (definition) => ['domain', ...checks(definition, 0).map(() => 'domain constraint')],
  'CHECK CONSTRAINT': (definition) => (isOfDomain(definition) ? ['domain constraint'] : []),
};

/** The checks that a definition makes: `CONSTRAINT name CHECK` in so many parentheses. */
function checks(definition: string, depth: number): Token[] {
  const list = tokens(definition);
  const isWord = (token: Token | undefined, text: string): boolean =>
    token?.kind === 'word' && token.text === text;
  return list.filter(
    (token, index) =>
      token.depth === depth && isWord(token, 'constraint') && isWord(list[index + 2], 'check'),
  );
}

function isOfDomain(definition: string): boolean {
  return tokens(definition, 2)[1]?.text === 'domain';
}

/**
 * Checks stand in the definition of their table or, where they are not valid, alone. The tables that inherit from it
 * have them too, and do not say so.
 */
function checksIn(entries: readonly ExactEntry[], out: ReadonlySet<number>): number {
  const tables = entries.filter(({ kind }) => kind === 'TABLE' || kind === 'FOREIGN TABLE');
  const ids = new Map(tables.map(({ dumpId, schema, tag }) => [keyOf(schema, tag), dumpId]));
  const heirs = new Map<number, number[]>();
  for (const { dumpId, dependencies } of tables)
    for (const parent of dependencies) heirs.set(parent, [...(heirs.get(parent) ?? []), dumpId]);
  const made = [
    ...tables.map(({ dumpId, definition }) => ({
      table: dumpId,
      by: dumpId,
      count: checks(definition, 1).length,
    })),
    ...entries.flatMap((entry) => {
      if (entry.kind !== 'CHECK CONSTRAINT' || isOfDomain(entry.definition)) return [];
      const table = ids.get(belongsTo(entry)?.to[0] ?? '');
      return table === undefined ? [] : [{ table, by: entry.dumpId, count: 1 }];
    }),
  ];
  return made.reduce((total, { table, by, count }) => {
    const holders = count === 0 ? [] : withHeirs(table, heirs);
    return total + count * holders.filter((id) => out.has(by) || out.has(id)).length;
  }, 0);
}

function withHeirs(table: number, heirs: ReadonlyMap<number, readonly number[]>): number[] {
  const found = new Set([table]);
  for (const id of found) for (const heir of heirs.get(id) ?? []) found.add(heir);
  return [...found];
}
