import type { Psql } from '../../postgres/psql.js';

/** An object of the database that is neither the system's nor an extension's. */
export interface CatalogObject {
  kind: string;
  /** The OID of its catalog, as a table of contents has it. */
  catalog: number;
  oid: number;
  name: string;
  /** The key of the object that brings it along: a table its checks, a constraint its index and its partitions' own. */
  via: string | null;
}

/** Kinds that pg_dump always writes as an entry of their own: the archive must list each of these. */
const LISTED_KINDS = new Set([
  'schema',
  'table',
  'view',
  'materialized view',
  'foreign table',
  'sequence',
  'function',
]);

// Each SELECT gives (kind, catalog, oid, name, via); `KINDS` lists the kinds. 16384 is the first OID that is not the system's own
// (FirstNormalObjectId in PostgreSQL's access/transam.h). What belongs to an extension is restored by the extension.
// Only what a faithful restore makes again is counted, so that the same numbers come out there:
// - an index that a failed CREATE INDEX CONCURRENTLY left invalid is not dumped (getIndexes in pg_dump.c);
// - a schema `public` or a plpgsql that was dropped and made again has an OID of its own, the restored one the system's;
// - what a foreign key or trigger of a partitioned table makes on its partitions depends on how they came to be one;
// - what is an inner part of another object (the casts of a range type, deptype i) is made with that one.
// Subscriptions and default privileges are left to the definitions: whether pg_dump writes them depends on the role and
// on its arguments (--no-subscriptions, --no-privileges).
const OBJECTS = `
WITH member AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), inner_part AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'i' AND classid IN ('pg_proc'::regclass, 'pg_cast'::regclass)
), space AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), rel AS (
  SELECT c.oid, c.relkind, c.relname, s.nspname FROM pg_class c JOIN space s ON s.oid = c.relnamespace
  WHERE c.oid >= 16384 AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
), object AS (
  SELECT 'schema' AS kind, 'pg_namespace'::regclass AS catalog, s.oid, s.nspname AS name, NULL AS via FROM space s
  WHERE s.nspname <> 'public'
  UNION ALL
  SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
      WHEN 'S' THEN 'sequence' ELSE 'table' END, 'pg_class'::regclass, oid, nspname || '.' || relname, NULL
  FROM rel WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'index', 'pg_class'::regclass, i.indexrelid, c.relname, '2606/' || k.oid
  FROM pg_index i JOIN rel r ON r.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
  WHERE r.relkind IN ('r', 'p', 'm') AND (i.indisvalid OR r.relkind = 'p') AND i.indisready
  UNION ALL
  SELECT CASE contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' WHEN 'f' THEN 'foreign key'
      WHEN 'c' THEN 'check constraint' ELSE 'exclusion constraint' END, 'pg_constraint'::regclass, c.oid, c.conname,
    CASE WHEN contype = 'c' THEN '1259/' || c.conrelid WHEN c.conparentid <> 0 THEN '2606/' || c.conparentid END
  FROM pg_constraint c JOIN rel r ON r.oid = c.conrelid WHERE contype IN ('p', 'u', 'c', 'x') OR (contype = 'f' AND conparentid = 0)
  UNION ALL
  SELECT 'domain constraint', 'pg_constraint'::regclass, c.oid, c.conname, '1247/' || c.contypid
  FROM pg_constraint c JOIN pg_type t ON t.oid = c.contypid JOIN space s ON s.oid = t.typnamespace WHERE c.contype = 'c'
  UNION ALL
  SELECT 'trigger', 'pg_trigger'::regclass, t.oid, t.tgname, NULL FROM pg_trigger t JOIN rel r ON r.oid = t.tgrelid
  WHERE NOT tgisinternal AND tgparentid = 0
  UNION ALL
  SELECT 'policy', 'pg_policy'::regclass, p.oid, p.polname, NULL FROM pg_policy p JOIN rel r ON r.oid = p.polrelid
  UNION ALL
  SELECT 'rule', 'pg_rewrite'::regclass, w.oid, w.rulename, NULL
  FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'function', 'pg_proc'::regclass, p.oid, s.nspname || '.' || p.proname, NULL
  FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
  UNION ALL
  SELECT CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' WHEN 'c' THEN 'composite type' ELSE 'base type' END,
    'pg_type'::regclass, t.oid, t.typname, NULL
  FROM pg_type t JOIN space s ON s.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')
    OR (t.typtype = 'b' AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid))
  UNION ALL
  SELECT 'extension', 'pg_extension'::regclass, oid, extname, NULL FROM pg_extension WHERE extname <> 'plpgsql'
  UNION ALL
  SELECT 'event trigger', 'pg_event_trigger'::regclass, oid, evtname, NULL FROM pg_event_trigger
  UNION ALL
  SELECT 'publication', 'pg_publication'::regclass, oid, pubname, NULL FROM pg_publication
  UNION ALL
  SELECT 'collation', 'pg_collation'::regclass, c.oid, collname, NULL FROM pg_collation c JOIN space s ON s.oid = c.collnamespace
  UNION ALL
  SELECT 'operator', 'pg_operator'::regclass, o.oid, oprname, NULL FROM pg_operator o JOIN space s ON s.oid = o.oprnamespace
  UNION ALL
  SELECT 'operator class', 'pg_opclass'::regclass, o.oid, opcname, NULL FROM pg_opclass o JOIN space s ON s.oid = o.opcnamespace
  UNION ALL
  SELECT 'cast', 'pg_cast'::regclass, oid, castsource::regtype || ' AS ' || casttarget::regtype, NULL FROM pg_cast
  UNION ALL
  SELECT 'language', 'pg_language'::regclass, oid, lanname, NULL FROM pg_language
  UNION ALL
  SELECT 'text search configuration', 'pg_ts_config'::regclass, c.oid, cfgname, NULL FROM pg_ts_config c JOIN space s ON s.oid = c.cfgnamespace
  UNION ALL
  SELECT 'text search dictionary', 'pg_ts_dict'::regclass, d.oid, dictname, NULL FROM pg_ts_dict d JOIN space s ON s.oid = d.dictnamespace
  UNION ALL
  SELECT 'foreign data wrapper', 'pg_foreign_data_wrapper'::regclass, oid, fdwname, NULL FROM pg_foreign_data_wrapper
  UNION ALL
  SELECT 'foreign server', 'pg_foreign_server'::regclass, oid, srvname, NULL FROM pg_foreign_server
  UNION ALL
  SELECT 'user mapping', 'pg_user_mapping'::regclass, umid, srvname, '1417/' || srvid FROM pg_user_mappings
  UNION ALL
  SELECT 'published table', 'pg_publication_rel'::regclass, p.oid, r.relname, NULL FROM pg_publication_rel p JOIN rel r ON r.oid = p.prrelid
  UNION ALL
  -- Its catalog is new in PostgreSQL 15; what it says of its rows is in pg_depend.
  SELECT 'published schema', d.classid, d.objid, s.nspname, NULL FROM pg_depend d JOIN space s ON s.oid = d.refobjid
  WHERE d.classid = to_regclass('pg_catalog.pg_publication_namespace') AND d.refclassid = 'pg_namespace'::regclass
  UNION ALL
  SELECT 'access method', 'pg_am'::regclass, oid, amname, NULL FROM pg_am
  UNION ALL
  SELECT 'operator family', 'pg_opfamily'::regclass, f.oid, opfname, NULL FROM pg_opfamily f JOIN space s ON s.oid = f.opfnamespace
  UNION ALL
  SELECT 'conversion', 'pg_conversion'::regclass, c.oid, conname, NULL FROM pg_conversion c JOIN space s ON s.oid = c.connamespace
  UNION ALL
  SELECT 'transform', 'pg_transform'::regclass, oid, trftype::regtype::text, NULL FROM pg_transform
  UNION ALL
  SELECT 'text search parser', 'pg_ts_parser'::regclass, p.oid, prsname, NULL FROM pg_ts_parser p JOIN space s ON s.oid = p.prsnamespace
  UNION ALL
  SELECT 'text search template', 'pg_ts_template'::regclass, t.oid, tmplname, NULL FROM pg_ts_template t JOIN space s ON s.oid = t.tmplnamespace
  UNION ALL
  SELECT 'statistics object', 'pg_statistic_ext'::regclass, x.oid, stxname, NULL FROM pg_statistic_ext x JOIN space s ON s.oid = x.stxnamespace
)
SELECT kind, catalog::oid::int8 AS catalog, oid::int8 AS oid, name, via FROM object o
WHERE oid >= 16384 AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = o.catalog AND m.objid = o.oid)
  AND NOT EXISTS (SELECT 1 FROM inner_part p WHERE p.classid = o.catalog AND p.objid = o.oid)`;

/** Everything in the database that a whole dump holds, as the session's snapshot has it. */
export function catalogObjects(psql: Psql): Promise<CatalogObject[]> {
  return psql.rows<CatalogObject>(OBJECTS);
}

// An extension's own tables are left to what the archive says of them. Unlogged tables have no rows on a standby, and
// pg_dump leaves them out there.
const DATA_TABLES = `
SELECT 'table data' AS kind, 'pg_class'::regclass::oid::int8 AS catalog, c.oid::int8 AS oid, n.nspname || '.' || c.relname AS name, NULL AS via
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT (c.relpersistence = 'u' AND pg_is_in_recovery())
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** The tables whose rows a whole dump must hold. */
export function dataTables(psql: Psql): Promise<CatalogObject[]> {
  return psql.rows<CatalogObject>(DATA_TABLES);
}

/** The objects that an unfiltered archive should list and does not. */
export function missingFrom(
  archive: ReadonlySet<string>,
  objects: readonly CatalogObject[],
): CatalogObject[] {
  return objects.filter((object) => LISTED_KINDS.has(object.kind) && !archive.has(keyOf(object)));
}

/** The objects that a filtered archive holds, those without an entry of their own included. */
export function heldBy(archive: ReadonlySet<string>, objects: readonly CatalogObject[]): CatalogObject[] {
  const via = new Map(objects.map((object) => [keyOf(object), object.via]));
  const held = (key: string | null | undefined): boolean =>
    key !== null && key !== undefined && (archive.has(key) || held(via.get(key)));
  return objects.filter((object) => held(keyOf(object)));
}

/** How a table of contents names an object: see `objectKeys`. */
export function keyOf(object: CatalogObject): string {
  return `${object.catalog}/${object.oid}`;
}
