import { quoteIdentifier, quoteLiteral } from '../quote.js';

/** One setting of a database, or of a role in that database. */
export interface DatabaseSetting {
  /** Undefined: for everyone. */
  role: string | undefined;
  /** `search_path` */
  name: string;
  /** As `pg_db_role_setting` has it. */
  value: string;
}

/** Settings that hold lists of names, each of which is quoted by itself (GUC_LIST_QUOTE in PostgreSQL's guc_tables.c). */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** The elements of a list such as `"$user", public`. */
export function splitList(value: string): string[] {
  return [...value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"]+))\s*(?:,|$)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'),
  );
}

/** The statement that gives a database a setting. */
export function settingSql(database: string, { role, name, value }: DatabaseSetting): string {
  const whose =
    role === undefined
      ? `DATABASE ${quoteIdentifier(database)}`
      : `ROLE ${quoteIdentifier(role)} IN DATABASE ${quoteIdentifier(database)}`;
  const parts = LISTS.has(name.toLowerCase()) ? splitList(value) : [value];
  const list = parts.length === 0 ? "''" : parts.map((part) => quoteLiteral(part)).join(', ');
  return `ALTER ${whose} SET ${quoteIdentifier(name)} TO ${list}`;
}

/** Several values of a statement as the one that is stored: the opposite of `splitList`. */
export function joinValues(name: string, values: readonly string[]): string {
  return LISTS.has(name.toLowerCase()) ? values.map(quoteIdentifier).join(', ') : values.join(', ');
}

/** `work_mem=64MB` -> its name and value. */
export function parseSetting(text: string): { name: string; value: string } {
  const at = text.indexOf('=');
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}
