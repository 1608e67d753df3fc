import { quoteIdentifier, quoteLiteral } from '../quote.js';
import type { DatabaseIdentity } from './types.js';

/** Locales that are part of every libc, or of PostgreSQL itself. */
const ALWAYS = new Set(['C', 'POSIX']);

/** The libc locales that a database of this identity needs. */
export function libcLocales({ collation }: DatabaseIdentity): string[] {
  const names = [collation.collate, collation.ctype].filter((name) => name !== null);
  return [...new Set(names)].filter((name) => !ALWAYS.has(name));
}

/** Whether this major knows the identity's provider of locales. */
export function knowsProvider(major: number, provider: string): boolean {
  const since: Record<string, number> = { libc: 0, icu: 15, builtin: 17 };
  return major >= (since[provider] ?? Infinity);
}

/**
 * `CREATE DATABASE` with exactly that encoding and locale, in the words of this major: the provider since PostgreSQL
 * 15, ICU's own rules since 16, the builtin provider since 17.
 */
export function createDatabaseSql(
  name: string,
  { encoding, collation }: DatabaseIdentity,
  major: number,
  connectionLimit = -1,
): string {
  const { provider, locale, icuRules } = collation;
  const options: [string, string | null][] = [
    ['ENCODING', encoding],
    ['LC_COLLATE', collation.collate],
    ['LC_CTYPE', collation.ctype],
  ];
  if (major >= 15 && collation.collate !== null) {
    options.push(['LOCALE_PROVIDER', provider]);
    if (provider === 'icu') options.push(['ICU_LOCALE', locale]);
    if (provider === 'builtin') options.push(['BUILTIN_LOCALE', locale]);
    if (provider === 'icu' && major >= 16) options.push(['ICU_RULES', icuRules]);
  }
  const list = options.flatMap(([option, value]) =>
    value === null ? [] : [`${option} ${quoteLiteral(value)}`],
  );
  if (connectionLimit >= 0) list.push(`CONNECTION LIMIT ${connectionLimit}`);
  return `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ${list.join(' ')}`;
}

/** Other spellings of a libc locale: `en_US.UTF-8` is `en_US.utf8` in glibc's own lists, and the other way round. */
export function spellings(locale: string): string[] {
  const match = /^([^.@]+)\.([^@]+)(@.+)?$/.exec(locale);
  if (match === null) return [locale];
  const [, language = '', codeset = '', modifier = ''] = match;
  const short = codeset.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const long = short.replace(/^utf(\d+)$/, 'UTF-$1').replace(/^iso(8859)(\d+)$/, 'ISO-$1-$2');
  return [...new Set([codeset, long, short, long.replaceAll('-', '')])].map(
    (spelt) => `${language}.${spelt}${modifier}`,
  );
}

/** The same database with other libc locales. */
export function withLibc(identity: DatabaseIdentity, replace: (locale: string) => string): DatabaseIdentity {
  const { collation } = identity;
  const known = (locale: string | null): string | null => (locale === null ? null : replace(locale));
  return {
    ...identity,
    collation: { ...collation, collate: known(collation.collate), ctype: known(collation.ctype) },
  };
}

/** The same database with its text sorted by libc. */
export function asLibc(identity: DatabaseIdentity): DatabaseIdentity {
  return {
    ...identity,
    collation: { ...identity.collation, provider: 'libc', locale: null, icuRules: null },
  };
}
