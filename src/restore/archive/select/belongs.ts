import { indexOfWord, qualifiedName, tokens, type Token } from '../script/tokens.js';
import type { ExactEntry } from './toc-file.js';

/** The exact name of a relation as a key. */
export function keyOf(schema: string | undefined, name: string): string {
  return JSON.stringify([schema ?? '', name]);
}

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

/**
 * The relations that an entry is a part of; undefined for one that is nobody's part. Read from the definition: the tag
 * `a b c` may be the constraint `c` of the table `a b`, or `b c` of `a`.
 */
export function belongsTo(entry: ExactEntry): Belongs | undefined {
  const { kind, schema, tag } = entry;
  const relations = (...to: string[]): Belongs => ({ to, indexes: [] });
  const list = (): Token[] => tokens(entry.definition);
  const first = (...words: string[]): Belongs => {
    const all = list();
    return relations(named(all, indexOfWord(all, words) + 1));
  };
  switch (kind) {
    case 'TABLE DATA':
    case 'MATERIALIZED VIEW DATA':
    case 'SEQUENCE SET':
    case 'ROW SECURITY':
      return relations(keyOf(schema, tag));
    case 'CONSTRAINT':
    case 'CHECK CONSTRAINT':
    case 'DEFAULT':
      return first('table');
    case 'FK CONSTRAINT': {
      const all = list();
      return relations(
        named(all, indexOfWord(all, ['table']) + 1),
        named(all, indexOfWord(all, ['references']) + 1),
      );
    }
    case 'SEQUENCE':
      return identityOf(list());
    case 'SEQUENCE OWNED BY': {
      const all = list();
      const { name } = qualifiedName(all, indexOfWord(all, ['by']) + 1);
      return relations(keyOf(schema, tag), keyOf(name[0], name[1] ?? ''));
    }
    case 'INDEX':
    case 'TRIGGER':
    case 'POLICY':
      return first('on');
    case 'RULE':
      return /^CREATE (OR REPLACE )?VIEW/.test(entry.definition) ? first('view') : first('to');
    case 'STATISTICS':
      return first('from');
    case 'TABLE ATTACH': {
      const all = list();
      return relations(
        named(all, indexOfWord(all, ['table']) + 1),
        named(all, indexOfWord(all, ['partition']) + 1),
      );
    }
    case 'INDEX ATTACH': {
      const all = list();
      return {
        to: [],
        indexes: ['index', 'partition'].map((word) => named(all, indexOfWord(all, [word]) + 1)),
      };
    }
    default:
      return undefined;
  }
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
