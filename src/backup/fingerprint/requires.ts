import { objectKeys, type TocEntry } from '../../postgres/toc.js';
import type { Psql } from '../../postgres/psql.js';
import type { ExtensionFingerprint, Requirements } from './types.js';

const EXTENSIONS = `
SELECT e.extname AS name, e.extversion AS version, n.nspname AS schema, (
  SELECT coalesce(json_agg(json_build_object('schema', s.nspname, 'name', c.relname) ORDER BY s.nspname, c.relname), '[]')
  FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = ANY (e.extconfig)) AS configuration
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1`;

/** The extensions of the database. */
export function readExtensions(psql: Psql): Promise<ExtensionFingerprint[]> {
  return psql.rows<ExtensionFingerprint>(EXTENSIONS);
}

/** What needs nothing but to be there already. */
export const NO_REQUIREMENTS: Requirements = { extensions: [], schemas: [], others: [] };

// From the archived objects to what hangs on them (defaults, constraints, rules; but no partition, which pg_dump takes
// for an object of its own), to everything those refer to, and through array and row types to the types behind them.
// Of what is left, an object that is itself an inner part of another (deptype i) is named by that other one.
const OTHERS = [
  ...[
    'pg_class',
    'pg_type',
    'pg_proc',
    'pg_operator',
    'pg_opclass',
    'pg_opfamily',
    'pg_collation',
    'pg_language',
  ],
  ...['pg_ts_config', 'pg_ts_dict', 'pg_foreign_server', 'pg_foreign_data_wrapper'],
];

function requirementsQuery(catalogs: readonly number[], oids: readonly number[]): string {
  return `
WITH RECURSIVE seed AS (
  SELECT unnest('{${catalogs.join(',')}}'::oid[]) AS classid, unnest('{${oids.join(',')}}'::oid[]) AS objid
), own AS (
  SELECT classid, objid FROM seed
  UNION
  SELECT d.classid, d.objid FROM own o JOIN pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.objid
  WHERE d.deptype IN ('a', 'i', 'P', 'S') AND d.classid <> 'pg_publication_rel'::regclass
    AND NOT EXISTS (SELECT 1 FROM pg_class c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'p', 'f'))
), refs AS (
  SELECT d.refclassid AS classid, d.refobjid AS objid FROM own o JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid
  UNION
  SELECT d.refclassid, d.refobjid FROM refs r JOIN pg_depend d ON d.classid = r.classid AND d.objid = r.objid WHERE d.deptype = 'i'
), needed AS (
  SELECT d.refobjid AS oid FROM refs r JOIN pg_depend d ON d.classid = r.classid AND d.objid = r.objid
  WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
  UNION
  SELECT objid FROM refs WHERE classid = 'pg_extension'::regclass
)
SELECT json_build_object(
  'extensions', (SELECT coalesce(json_agg(json_build_object('name', e.extname, 'version', e.extversion, 'schema', n.nspname) ORDER BY e.extname), '[]')
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname <> 'plpgsql' AND e.oid IN (SELECT oid FROM needed)
      AND NOT EXISTS (SELECT 1 FROM seed s WHERE s.classid = 'pg_extension'::regclass AND s.objid = e.oid)),
  'schemas', (SELECT coalesce(json_agg(n.nspname ORDER BY n.nspname), '[]') FROM pg_namespace n
    WHERE n.oid >= 16384 AND n.nspname !~ '^pg_'
      AND (n.oid IN (SELECT objid FROM refs WHERE classid = 'pg_namespace'::regclass)
        OR n.oid IN (SELECT extnamespace FROM pg_extension WHERE oid IN (SELECT oid FROM needed)))
      AND NOT EXISTS (SELECT 1 FROM seed s WHERE s.classid = 'pg_namespace'::regclass AND s.objid = n.oid)),
  'others', (SELECT coalesce(json_agg(o.name ORDER BY o.name), '[]') FROM (
    SELECT DISTINCT pg_describe_object(r.classid, r.objid, 0) AS name FROM refs r LEFT JOIN pg_class c ON r.classid = 'pg_class'::regclass AND c.oid = r.objid
    WHERE r.objid >= 16384 AND r.classid IN (${OTHERS.map((catalog) => `'${catalog}'::regclass`).join(', ')})
      AND (c.oid IS NULL OR c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S'))
      AND NOT EXISTS (SELECT 1 FROM own o WHERE o.classid = r.classid AND o.objid = r.objid)
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = r.classid AND d.objid = r.objid AND d.objsubid = 0 AND d.deptype IN ('i', 'e'))) o))`;
}

/** What a filtered archive refers to but does not create. */
export async function requirements(psql: Psql, toc: readonly TocEntry[]): Promise<Requirements> {
  const keys = [...objectKeys(toc)].map((key) => key.split('/').map(Number));
  return psql.query<Requirements>(
    requirementsQuery(
      keys.map(([catalog]) => catalog ?? 0),
      keys.map(([, oid]) => oid ?? 0),
    ),
  );
}
