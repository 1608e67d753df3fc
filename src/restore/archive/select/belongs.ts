import { indexOfWord, qualifiedName, tokens, type Token } from '../script/tokens.js';
import { keyOf } from './names.js';
import type { ExactEntry } from './toc-file.js';

/** The kinds that a pattern for tables means. */
export const RELATIONS: ReadonlySet<string> = new Set([
  'TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'SEQUENCE',
  'FOREIGN TABLE',
]);

/** What an entry belongs to: it is restored when all of these are. */
export interface Belongs {
  /** Keys of relations. */
  to: string[];
  /** Keys of indexes, which are also names of constraints. */
  indexes: string[];
}

type Rule = (list: readonly Token[], entry: ExactEntry) => string[];

/** The relation named after the first of these words. */
const after =
  (...words: string[]): Rule =>
  (list) =>
    words.map((word) => named(list, indexOfWord(list, [word]) + 1));
const own: Rule = (_, { schema, tag }) => [keyOf(schema, tag)];

/** Where a definition says what an entry is a part of. */
const RULES: Readonly<Record<string, Rule>> = {
  'TABLE DATA': own,
  'MATERIALIZED VIEW DATA': own,
  'SEQUENCE SET': own,
  'ROW SECURITY': own,
  CONSTRAINT: after('table'),
  'CHECK CONSTRAINT': after('table'),
  DEFAULT: after('table'),
  'FK CONSTRAINT': after('table', 'references'),
  'SEQUENCE OWNED BY': (list, entry) => {
    const { name } = qualifiedName(list, indexOfWord(list, ['by']) + 1);
    return [keyOf(entry.schema, entry.tag), keyOf(name[0], name[1] ?? '')];
  },
  INDEX: after('on'),
  TRIGGER: after('on'),
  POLICY: after('on'),
  // Views that depend on each other are completed by a rule that is written as a view.
  RULE: (list, entry) =>
    after(/^CREATE (OR REPLACE )?VIEW/.test(entry.definition) ? 'view' : 'to')(list, entry),
  STATISTICS: after('from'),
  'TABLE ATTACH': after('table', 'partition'),
};

/**
 * The relations that an entry is a part of; undefined for one that is nobody's part. Read from the definition: the tag
 * `a b c` may be the constraint `c` of the table `a b`, or `b c` of `a`.
 */
export function belongsTo(entry: ExactEntry): Belongs | undefined {
  const { kind, definition } = entry;
  if (kind === 'SEQUENCE') return identityOf(tokens(definition, 8));
  if (kind === 'INDEX ATTACH')
    return { to: [], indexes: after('index', 'partition')(tokens(definition), entry) };
  const rule = RULES[kind];
  return rule === undefined
    ? undefined
    : { to: rule(rule === own ? [] : tokens(definition), entry), indexes: [] };
}

function named(list: readonly Token[], at: number): string {
  const start = list[at]?.kind === 'word' && list[at]?.text === 'only' ? at + 1 : at;
  const { name } = qualifiedName(list, start);
  return keyOf(name.at(-2), name.at(-1) ?? '');
}

/** An identity column's sequence is made by altering its table. */
function identityOf(list: readonly Token[]): Belongs | undefined {
  if (list[0]?.text !== 'alter') return undefined;
  return { to: [named(list, indexOfWord(list, ['table']) + 1)], indexes: [] };
}

/** The partitioned table that a table is attached to by its own definition, as archives of PostgreSQL 13 have it. */
export function attachedTo({ definition }: ExactEntry): string | undefined {
  if (!definition.includes('ATTACH PARTITION')) return undefined;
  const list = tokens(definition);
  const at = indexOfWord(list, ['attach']);
  if (at < 0) return undefined;
  for (let start = at - 1; start > 0; start -= 1)
    if (list[start]?.kind === 'word' && list[start]?.text === 'table') return named(list, start + 1);
  return undefined;
}
