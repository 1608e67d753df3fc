import { quoteIdentifier, quoteLiteral } from '../../postgres/psql.js';
import type { CountedTable } from './tables.js';

export type HashAlgorithm = 'md5' | 'sha256';

/** One row of a count query's result. */
export interface CountRow {
  oid: number;
  rows: number;
  /** Where the rows are now; null where the name belongs to another table by now. */
  filenode: number | null;
  high: string | null;
  low: string | null;
  generatedHigh: string | null;
  generatedLow: string | null;
}

/** Settings that change the text of values, and with it a content hash; pinned so that two servers agree. */
export const PINNED_SETTINGS = [
  "DateStyle = 'ISO, MDY'",
  "IntervalStyle = 'postgres'",
  "TimeZone = 'UTC'",
  "lc_monetary = 'C'",
  "bytea_output = 'hex'",
  'extra_float_digits = 1',
  "search_path = 'pg_catalog'",
  'quote_all_identifiers = off',
];

/** Counts are taken from the table itself, as pg_dump reads it: a damaged index must not change them. */
export const SCAN_SETTINGS = [
  'enable_indexscan = off',
  'enable_indexonlyscan = off',
  'enable_bitmapscan = off',
];

function hashOf(columns: readonly string[], algorithm: HashAlgorithm): string {
  const row = `ROW(${columns.map(quoteIdentifier).join(', ')})::text`;
  return algorithm === 'md5' ? `md5(${row})` : `encode(sha256(convert_to(${row}, 'UTF8')), 'hex')`;
}

function sums(hash: string): string[] {
  return [1, 17].map((start) => `sum(('x' || substr(${hash}, ${start}, 16))::bit(64)::bigint)::text`);
}

/** The query that counts one table, and hashes its rows where an algorithm is given. */
function countQuery(table: CountedTable, algorithm: HashAlgorithm | undefined): string {
  const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
  // No alias: an extension's condition may name its table.
  const from = `ONLY ${name} ${table.condition ?? ''}`;
  // The lock is ours by now, so the name cannot come to mean another table any more.
  const filenode = `CASE WHEN to_regclass(${quoteLiteral(name)}) = ${table.oid}::oid THEN pg_relation_filenode(${table.oid}::oid)::int8 END`;
  const none = ['NULL::text', 'NULL::text'];
  const generated = algorithm !== undefined && table.generatedColumns.length > 0;
  const hashes = [
    ...(algorithm === undefined ? [] : [`${hashOf(table.columns, algorithm)} AS h`]),
    ...(generated ? [`${hashOf(table.generatedColumns, algorithm)} AS g`] : []),
  ];
  const [high, low] = algorithm === undefined ? none : sums('s.h');
  const [generatedHigh, generatedLow] = generated ? sums('s.g') : none;
  // OFFSET 0 keeps the planner from computing each hash twice.
  const source = hashes.length === 0 ? from : `(SELECT ${hashes.join(', ')} FROM ${from} OFFSET 0) s`;
  return `SELECT ${table.oid} AS oid, count(*) AS rows, ${filenode} AS filenode, ${high} AS high, ${low} AS low, ${generatedHigh} AS "generatedHigh", ${generatedLow} AS "generatedLow" FROM ${source}`;
}

/** One statement that measures several tables: one round trip for many small ones. */
export function countQueries(tables: readonly CountedTable[], algorithm?: HashAlgorithm): string {
  return tables.map((table) => countQuery(table, algorithm)).join('\nUNION ALL ');
}

const BATCH_BYTES = 64 * 1024 * 1024;
const BATCH_TABLES = 100;
const BATCH_COLUMNS = 5000;

/** Small tables together, big ones and those of unknown size alone: locks are held as long as a batch runs. */
export function batches<T extends { bytes: number | null; columns: readonly unknown[] }>(
  tables: readonly T[],
): T[][] {
  const result: T[][] = [];
  let batch: T[] = [];
  let bytes = 0;
  let columns = 0;
  for (const table of tables) {
    bytes += table.bytes ?? BATCH_BYTES;
    columns += table.columns.length;
    const full = batch.length === BATCH_TABLES || bytes > BATCH_BYTES || columns > BATCH_COLUMNS;
    if (batch.length > 0 && full) {
      result.push(batch);
      batch = [];
      bytes = table.bytes ?? BATCH_BYTES;
      columns = table.columns.length;
    }
    batch.push(table);
  }
  if (batch.length > 0) result.push(batch);
  return result;
}
