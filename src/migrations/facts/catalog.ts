import type { Psql } from '../../postgres/psql.js';
import type { Named } from '../types.js';
import type { InvalidIndex, NotValidConstraint, TableFacts } from './types.js';

/** A table before its rows are counted. */
export interface CatalogTable extends Omit<TableFacts, 'rows' | 'columns'> {
  /** The `WHERE ...` of an extension's configuration table: the rows that are not the extension's own. */
  condition: string | null;
  columns: (Omit<TableFacts['columns'][number], 'values'> & { notNull: boolean })[];
}

export interface Catalog {
  tables: CatalogTable[];
  /** Tables whose rows are on another server. */
  foreign: Named[];
  invalidIndexes: InvalidIndex[];
  notValid: NotValidConstraint[];
  largeObjects: number;
  roles: string[];
}

// What the backup holds: no temporary tables, and of those of extensions only the ones that are configuration.
const RELATIONS = `
WITH RECURSIVE config AS (
  SELECT unnest(extconfig) AS oid, unnest(extcondition) AS condition FROM pg_extension
), rel AS (
  SELECT c.oid, c.relname, n.nspname, c.relkind, c.relfilenode, c.relispartition, nullif(config.condition, '') AS condition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN config ON config.oid = c.oid
  WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't' AND c.oid >= 16384
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND (config.oid IS NOT NULL OR NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'))
)`;

// A NOT NULL that is NOT VALID (since PostgreSQL 18) holds for new rows only.
const TABLES = `${RELATIONS}, up AS (
  SELECT i.inhrelid AS leaf, i.inhparent AS ancestor, 1 AS depth
  FROM pg_inherits i JOIN rel ON rel.oid = i.inhrelid WHERE rel.relispartition
  UNION ALL
  SELECT up.leaf, i.inhparent, up.depth + 1
  FROM up JOIN pg_inherits i ON i.inhrelid = up.ancestor JOIN rel ON rel.oid = i.inhrelid WHERE rel.relispartition
), root AS (
  SELECT DISTINCT ON (leaf) leaf, ancestor FROM up ORDER BY leaf, depth DESC
), unproven AS (
  SELECT conrelid, conkey[1] AS number FROM pg_constraint WHERE contype = 'n' AND NOT convalidated
), col AS (
  SELECT a.attrelid, json_agg(json_build_object('number', a.attnum, 'name', a.attname,
    'type', format_type(a.atttypid, a.atttypmod), 'typeKey', a.atttypid::text || '/' || a.atttypmod::text,
    'notNull', a.attnotnull AND u.number IS NULL) ORDER BY a.attnum) AS columns
  FROM pg_attribute a LEFT JOIN unproven u ON u.conrelid = a.attrelid AND u.number = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attrelid >= 16384 GROUP BY a.attrelid
)
SELECT rel.oid::int8 AS oid, rel.nspname AS schema, rel.relname AS name, rel.condition, root.ancestor::int8 AS root,
  CASE rel.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' ELSE 'materialized view' END AS kind,
  rel.relfilenode::int8 AS filenode,
  CASE WHEN rel.relkind = 'p' THEN 0 ELSE pg_relation_size(rel.oid) END AS "fileBytes",
  CASE WHEN rel.relkind = 'p' THEN 0 ELSE pg_total_relation_size(rel.oid) END AS bytes,
  coalesce(col.columns, '[]') AS columns
FROM rel LEFT JOIN root ON root.leaf = rel.oid LEFT JOIN col ON col.attrelid = rel.oid
WHERE rel.relkind <> 'f' ORDER BY rel.nspname COLLATE "C", rel.relname COLLATE "C"`;

const FOREIGN = `${RELATIONS}
SELECT nspname AS schema, relname AS name FROM rel WHERE relkind = 'f' ORDER BY 1, 2`;

const INVALID_INDEXES = `${RELATIONS}
SELECT c.oid::int8 AS oid, json_build_object('schema', n.nspname, 'name', c.relname) AS index,
  json_build_object('schema', rel.nspname, 'name', rel.relname) AS table
FROM pg_index i JOIN rel ON rel.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid ORDER BY n.nspname, c.relname`;

// One that is NOT ENFORCED (since PostgreSQL 18) is never valid, and is meant so. Those of partitions come with their root's.
const NOT_VALID = `${RELATIONS}
SELECT o.oid::int8 AS oid, o.conname AS constraint, rel.oid::int8 AS "tableOid",
  json_build_object('schema', rel.nspname, 'name', rel.relname) AS table
FROM pg_constraint o JOIN rel ON rel.oid = o.conrelid
WHERE NOT o.convalidated AND o.conparentid = 0 AND coalesce((to_jsonb(o) ->> 'conenforced')::bool, true)
ORDER BY rel.nspname, rel.relname, o.conname`;

/** What the catalog says of tables, and the names of all roles. @throws SqlError */
export async function readCatalog(psql: Psql): Promise<Catalog> {
  return {
    tables: await psql.rows<CatalogTable>(TABLES),
    foreign: await psql.rows<Named>(FOREIGN),
    invalidIndexes: await psql.rows<InvalidIndex>(INVALID_INDEXES),
    notValid: await psql.rows<NotValidConstraint>(NOT_VALID),
    largeObjects: await psql.query<number>('SELECT count(*) FROM pg_largeobject_metadata'),
    roles: await psql.query<string[]>('SELECT json_agg(rolname ORDER BY rolname) FROM pg_roles'),
  };
}
