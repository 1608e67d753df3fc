import type { Psql } from '../../postgres/psql.js';
import { inSavepoint } from './savepoint.js';

/** A table whose rows the archive holds, as the snapshot's catalog has it. */
export interface CountedTable {
  oid: number;
  schema: string;
  name: string;
  /** Bytes on disk; null where they could not be had at once. */
  bytes: number | null;
  /** The topmost hash partitioned table above this partition. */
  hashRoot: { schema: string; name: string } | null;
  /** The `WHERE ...` of an extension's configuration table. */
  condition: string | null;
  /** The file that held the rows at the snapshot, and the one that holds them now. */
  filenode: number;
  currentFilenode: number | null;
  columns: string[];
  generatedColumns: string[];
}

// Columns by name: a restored inheritance child has its inherited columns first, wherever they were before.
// Catalogs are read in the snapshot, but `pg_relation_filenode` tells of now: where the two differ, the table was
// truncated or rewritten since, and a scan would see the new rows whatever snapshot it has.
const TABLES = `
WITH RECURSIVE up AS (
  SELECT i.inhrelid AS leaf, i.inhparent AS ancestor, 1 AS depth
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition
  UNION ALL
  SELECT up.leaf, i.inhparent, up.depth + 1
  FROM up JOIN pg_inherits i ON i.inhrelid = up.ancestor JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition
), hashed AS (
  SELECT DISTINCT ON (up.leaf) up.leaf, up.ancestor
  FROM up JOIN pg_partitioned_table p ON p.partrelid = up.ancestor AND p.partstrat = 'h'
  ORDER BY up.leaf, up.depth DESC
), config AS (
  SELECT unnest(extconfig) AS oid, unnest(extcondition) AS condition FROM pg_extension
), cols AS (
  SELECT attrelid, coalesce(json_agg(attname ORDER BY attname) FILTER (WHERE attgenerated = ''), '[]') AS plain,
    coalesce(json_agg(attname ORDER BY attname) FILTER (WHERE attgenerated <> ''), '[]') AS generated
  FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped GROUP BY attrelid
)
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name,
  CASE WHEN h.ancestor IS NOT NULL THEN json_build_object('schema', hn.nspname, 'name', hc.relname) END AS "hashRoot",
  nullif(config.condition, '') AS condition,
  c.relfilenode::int8 AS filenode, pg_relation_filenode(c.oid)::int8 AS "currentFilenode",
  coalesce(cols.plain, '[]') AS columns, coalesce(cols.generated, '[]') AS "generatedColumns"
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN hashed h ON h.leaf = c.oid
LEFT JOIN pg_class hc ON hc.oid = h.ancestor
LEFT JOIN pg_namespace hn ON hn.oid = hc.relnamespace
LEFT JOIN config ON config.oid = c.oid
LEFT JOIN cols ON cols.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384`;

// Takes and gives back each table's lock at once, and never waits longer than the session's lock_timeout for one.
const SIZES = `SELECT c.oid::int8 AS oid, pg_relation_size(c.oid)::int8 AS bytes
FROM pg_class c WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384`;

/** The tables of the database with all that counting them needs; the system's own and temporary ones are left out. */
export async function countedTables(psql: Psql): Promise<CountedTable[]> {
  const found = await psql.rows<Omit<CountedTable, 'bytes'>>(TABLES);
  const sizes = await tableSizes(psql);
  return found.map((table) => ({ ...table, bytes: sizes.get(table.oid) ?? null }));
}

/** Bytes on disk by OID; what is locked by others just now is left out. The session must be inside a transaction. */
export async function tableSizes(psql: Psql): Promise<Map<number, number>> {
  try {
    const rows = await inSavepoint(psql, 'sizes', () =>
      psql.rows<{ oid: number; bytes: number | null }>(SIZES),
    );
    return new Map(rows.flatMap(({ oid, bytes }) => (bytes === null ? [] : [[oid, bytes]])));
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    return new Map();
  }
}

/** Bytes on disk by the name that pg_dump's messages have: `public.orders`. The session must have a lock_timeout. */
export async function tableSizesByName(psql: Psql): Promise<Map<string, number>> {
  const names = await psql.rows<{ oid: number; name: string }>(
    `SELECT c.oid::int8 AS oid, n.nspname || '.' || c.relname AS name FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384`,
  );
  await psql.exec('BEGIN');
  const sizes = await tableSizes(psql);
  await psql.exec('COMMIT');
  return new Map(names.map(({ oid, name }) => [name, sizes.get(oid) ?? 0]));
}

/** SQLSTATE 55P03: the lock was not to be had within lock_timeout. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'sqlstate' in error ? String(error.sqlstate) : undefined;
}
