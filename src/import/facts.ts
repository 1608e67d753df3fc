import type { Manifest } from '../backup/manifest.js';
import { indexOfWord, tokens } from '../restore/archive/index.js';

/** What a dump says of itself and of what is in it. */
export interface DumpFacts {
  format: 'custom' | 'directory' | 'plain';
  content: 'all' | 'schema' | 'data';
  /** Undefined where it does not say: a plain dump without `--create`. */
  database: string | undefined;
  /** When it was begun; undefined where it does not say. */
  createdAt: Date | undefined;
  server: Manifest['server'];
  pgDump: string;
  /** How the archive compresses its rows inside its own format; undefined for a plain dump. */
  compression: 'none' | 'gzip' | 'lz4' | 'zstd' | undefined;
  /** It makes its own database: a plain dump with `--create`, an archive of a whole database. */
  createsDatabase: boolean;
  tables: number;
}

/** `17.7 (Debian 17.7-1.pgdg12+1)` -> `17.7` */
export function plainVersion(text: string): string {
  return /^\S+/.exec(text)?.[0] ?? text;
}

type Locale = Pick<Manifest['server'], 'collate' | 'ctype' | 'localeProvider' | 'locale' | 'icuRules'>;

/** Of a dump that does not say how its database sorted text. */
export const UNKNOWN_LOCALE: Locale = { collate: null, ctype: null, localeProvider: null, locale: null };

/** The database that a `CREATE DATABASE` of pg_dump's makes, and how it sorts text. */
export function createdDatabase(statement: string): { name: string; locale: Locale } | undefined {
  const list = tokens(statement, 128);
  if (list[0]?.text !== 'create' || list[1]?.text !== 'database') return undefined;
  const option = (...words: string[]): string | null => {
    const at = indexOfWord(list, words, 3);
    // `LOCALE = 'C'`; the provider is a bare word.
    return at < 0 ? null : (list[at + 2]?.text ?? null);
  };
  const both = option('locale');
  const rules = option('icu_rules');
  return {
    name: list[2]?.text ?? '',
    locale: {
      collate: option('lc_collate') ?? both,
      ctype: option('lc_ctype') ?? both,
      // There was no other before PostgreSQL 15.
      localeProvider: option('locale_provider') ?? 'libc',
      locale: option('icu_locale', 'builtin_locale'),
      ...(rules === null ? {} : { icuRules: rules }),
    },
  };
}

/** `all`, or which half of a database a dump holds. */
export function contentOf(held: {
  definitions: boolean;
  tables: boolean;
  rows: boolean;
}): DumpFacts['content'] {
  if (held.rows && !held.definitions) return 'data';
  return held.tables && !held.rows ? 'schema' : 'all';
}
