import type { Psql } from '../../postgres/psql.js';
import { objectKeys, tableDataOids, type TocEntry } from '../../postgres/toc.js';
import { importSnapshot } from '../snapshot.js';
import { ChangedWhileDumpingError } from './changed.js';

/** What the catalog calls an object, and what else of it is read by name or as it is now, whatever the snapshot. */
export interface NamedObject {
  kind: string;
  catalog: number;
  oid: number;
  name: string;
  /** The OID of its schema; 0 for a schema. */
  space: number;
  /** A table's columns by number, an enum's labels by OID, the definition of a function. */
  parts: Record<string, string>;
}

// pg_dump asks the server for definitions (format_type, pg_get_expr and the like) and for rows (COPY, the output of enums)
// under names that the server looks up in the catalog as it is at that moment: only rows are a matter of the snapshot.
const SPACES = `
WITH space AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), label AS (
  SELECT enumtypid, json_object_agg(oid, enumlabel) AS parts FROM pg_enum GROUP BY enumtypid
), col AS (
  SELECT attrelid, json_object_agg(attnum, attname || ' ' || atttypid || ' ' || attisdropped) AS parts
  FROM pg_attribute WHERE attnum > 0 AND attrelid >= 16384 GROUP BY attrelid
)
SELECT 'Schema' AS kind, 'pg_namespace'::regclass::oid::int8 AS catalog, oid::int8 AS oid, nspname AS name,
  0::int8 AS space, '{}'::json AS parts
FROM space`;

const named = (
  kind: string,
  catalog: string,
  prefix: string,
  parts = "'{}'",
  join = '',
  where = 'true',
): string =>
  `UNION ALL
SELECT '${kind}', '${catalog}'::regclass::oid::int8, o.oid::int8, o.${prefix}name, o.${prefix}namespace::int8, ${parts}::json
FROM ${catalog} o JOIN space s ON s.oid = o.${prefix}namespace ${join} WHERE o.oid >= 16384 AND ${where}`;

// The row types of tables and arrays are named with what they belong to.
const TYPES = named(
  'Type',
  'pg_type',
  'typ',
  "coalesce(label.parts, '{}')",
  'LEFT JOIN label ON label.enumtypid = o.oid LEFT JOIN pg_class c ON c.oid = o.typrelid',
  "(o.typrelid = 0 OR c.relkind = 'c') AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = o.oid)",
);

// Those that a right names are looked up too.
const ROLES = `UNION ALL
SELECT 'Role', 'pg_authid'::regclass::oid::int8, oid::int8, rolname, 0::int8, '{}'::json FROM pg_roles`;

const NAMES = [SPACES, TYPES, named('Function', 'pg_proc', 'pro'), ROLES].join('\n');

const DEFINITIONS = [
  SPACES,
  TYPES,
  // Its arguments are deparsed from the catalog as it is, its text is read in the snapshot. Only what reads the same
  // under all settings of a session: numbers and names of functions do not. PostgreSQL 13 has no prosqlbody.
  named(
    'Function',
    'pg_proc',
    'pro',
    `json_build_object('definition', hashtextextended(jsonb_build_array(o.prosrc, o.proargnames, o.proargmodes::text,
      o.proallargtypes, o.prorettype, o.proargdefaults::text, to_jsonb(o) -> 'prosqlbody')::text, 0)::text)`,
  ),
  named(
    'Relation',
    'pg_class',
    'rel',
    "coalesce(col.parts, '{}')",
    "LEFT JOIN col ON col.attrelid = o.oid AND o.relkind NOT IN ('i', 'I')",
    "o.relkind <> 't' AND o.relpersistence <> 't'",
  ),
  named('Operator', 'pg_operator', 'opr'),
  named('Operator class', 'pg_opclass', 'opc'),
  named('Collation', 'pg_collation', 'coll'),
  named('Text search configuration', 'pg_ts_config', 'cfg'),
  named('Text search dictionary', 'pg_ts_dict', 'dict'),
].join('\n');

/** All that definitions are made of, tables with their columns, as the session sees it. */
export function readDefinitions(psql: Psql): Promise<NamedObject[]> {
  return psql.rows<NamedObject>(DEFINITIONS);
}

/** What no lock of pg_dump's keeps from being renamed while it copies rows: schemas, types, functions, enum labels, roles. */
export function readNames(psql: Psql): Promise<NamedObject[]> {
  return psql.rows<NamedObject>(NAMES);
}

/** Of these, what an archive holds, the schemas of that, and types: columns may have some that it does not hold. */
export function heldObjects(objects: readonly NamedObject[], toc: readonly TocEntry[]): NamedObject[] {
  const keys = objectKeys(toc);
  const data = tableDataOids(toc);
  const held = objects.filter(
    ({ kind, catalog, oid }) =>
      kind === 'Type' || keys.has(`${catalog}/${oid}`) || (kind === 'Relation' && data.has(oid)),
  );
  const spaces = new Set(held.map(({ space }) => space));
  return [...held, ...objects.filter(({ kind, oid }) => kind === 'Schema' && spaces.has(oid))];
}

/**
 * @param gone whether an object that is no longer there counts too; what is new never does, nor does a new column or label
 * @throws ChangedWhileDumpingError when an object of the snapshot is no longer what it was there.
 */
export function requireSameNames(
  before: readonly NamedObject[],
  now: readonly NamedObject[],
  gone: boolean,
): void {
  const key = ({ catalog, oid }: NamedObject): string => `${catalog}/${oid}`;
  const current = new Map(now.map((object) => [key(object), object]));
  const changed = before.filter((object) => {
    const same = current.get(key(object));
    return same === undefined ? gone : !isSame(object, same);
  });
  if (changed.length === 0) return;
  const names = changed.slice(0, 5).map(({ kind, name }) => `${kind.toLowerCase()} ${JSON.stringify(name)}`);
  throw new ChangedWhileDumpingError(
    `After the backup's snapshot something was altered, renamed or dropped: ${names.join(', ')}${changed.length > 5 ? ` and ${changed.length - 5} more` : ''}.`,
  );
}

function isSame(before: NamedObject, now: NamedObject): boolean {
  return (
    before.name === now.name &&
    before.space === now.space &&
    Object.entries(before.parts).every(([part, value]) => now.parts[part] === value)
  );
}

/**
 * Looks at all definitions that an archive holds, as they are now and as the snapshot has them. The session is in the
 * snapshot's transaction afterwards.
 * @throws ChangedWhileDumpingError when one of them is gone, or no longer what it was.
 */
export async function requireDefinitionsKept(
  psql: Psql,
  snapshot: string,
  toc: readonly TocEntry[],
): Promise<void> {
  const now = await readDefinitions(psql);
  await importSnapshot(psql, snapshot, []);
  requireSameNames(heldObjects(await readDefinitions(psql), toc), now, true);
}
