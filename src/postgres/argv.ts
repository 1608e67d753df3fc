import { formatKeywords } from './connection/options.js';

/** What of a database goes into its dump: pg_dump's own patterns, and whether definitions, rows or both. */
export interface Selection {
  content: 'all' | 'schema' | 'data';
  schemas: readonly string[];
  excludeSchemas: readonly string[];
  tables: readonly string[];
  excludeTables: readonly string[];
  excludeTableData: readonly string[];
}

export interface DumpOptions {
  format: 'custom' | 'directory' | 'plain';
  selection: Selection;
  /** Parallel workers; only the `directory` format has them. */
  jobs: number;
  /** How long pg_dump may wait for a table's lock, in milliseconds, as `SET lock_timeout` takes a bare number: `60000`. */
  lockTimeout: string;
  /** The exported snapshot that the dump reads. */
  snapshot: string;
  /** libpq keyword/value string without secrets. */
  conninfo: string;
  /** pg_dump's compression arguments, as the codec planned them. */
  compressionArgs: readonly string[];
  /** The user's further arguments; checked when the inputs were read. */
  extraArgs: readonly string[];
  /** The folder that a `directory` dump is written to; the other formats go to standard output. */
  folder?: string;
}

/** True when the dump leaves something of the database out, so that the archive decides what is counted. */
export function isFiltered(selection: Selection): boolean {
  const { schemas, excludeSchemas, tables, excludeTables, excludeTableData } = selection;
  return [schemas, excludeSchemas, tables, excludeTables, excludeTableData].some((list) => list.length > 0);
}

/**
 * Whether a plain dump makes its own database. Rows alone are for a database that is there already, and a part of a
 * database needs what must be created in it first.
 */
export function createsDatabase({ format, selection }: Pick<DumpOptions, 'format' | 'selection'>): boolean {
  return format === 'plain' && selection.content !== 'data' && !isFiltered(selection);
}

function selectionArgs(selection: Selection): string[] {
  const each = (option: string, patterns: readonly string[]): string[] =>
    patterns.map((pattern) => `--${option}=${pattern}`);
  return [
    ...(selection.content === 'schema' ? ['--schema-only'] : []),
    ...(selection.content === 'data' ? ['--data-only'] : []),
    ...each('schema', selection.schemas),
    ...each('exclude-schema', selection.excludeSchemas),
    ...each('table', selection.tables),
    ...each('exclude-table', selection.excludeTables),
    ...each('exclude-table-data', selection.excludeTableData),
  ];
}

/** The arguments of the dump itself. */
export function dumpArgs(options: DumpOptions): string[] {
  return [
    `--format=${options.format}`,
    '--no-password',
    // Its messages tell when pg_dump holds all its locks, and which table it is at. In a plain dump they would
    // also add comments to the output, so that one goes without.
    ...(options.format !== 'plain' ? ['--verbose'] : []),
    ...(createsDatabase(options) ? ['--create'] : []),
    `--snapshot=${options.snapshot}`,
    '--strict-names',
    `--lock-wait-timeout=${options.lockTimeout}`,
    ...(options.format === 'directory' ? [`--jobs=${options.jobs}`, '--no-sync'] : []),
    ...(options.folder === undefined ? [] : [`--file=${options.folder}`]),
    ...options.compressionArgs,
    ...selectionArgs(options.selection),
    ...options.extraArgs,
    `--dbname=${options.conninfo}`,
  ];
}

/**
 * The arguments of the second, schema-only dump under the same snapshot whose hash is the fingerprint's `schema`.
 * It runs while the first one holds its locks, so one second is plenty to wait: an application's own lock must
 * never queue behind ours.
 */
export function schemaDumpArgs(
  options: Pick<DumpOptions, 'selection' | 'snapshot' | 'conninfo' | 'extraArgs'>,
): string[] {
  return [
    '--format=plain',
    '--no-password',
    `--snapshot=${options.snapshot}`,
    '--strict-names',
    '--lock-wait-timeout=1s',
    ...selectionArgs({ ...options.selection, content: 'schema' }),
    ...options.extraArgs,
    `--dbname=${options.conninfo}`,
  ];
}

/**
 * The arguments of pg_dumpall for roles and tablespaces. Passwords are left out: they would be secrets at rest, and
 * only a superuser could read them. `-l`: pg_dumpall otherwise insists on a database called `postgres`; a name with a
 * `=` in it would be read as a connection string, so it is written as one.
 */
export function globalsArgs(conninfo: string, database: string): string[] {
  return [
    '--globals-only',
    '--no-role-passwords',
    '--no-password',
    `--database=${formatKeywords(new Map([['dbname', database]]))}`,
    `--dbname=${conninfo}`,
  ];
}

/** The arguments that list the table of contents of an archive: a folder, or standard input. */
export function listArgs(folder?: string): string[] {
  return ['--list', ...(folder === undefined ? [] : [folder])];
}
