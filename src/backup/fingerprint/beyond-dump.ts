import { UserError } from '../../base/errors.js';
import { plural } from '../../base/units.js';
import type { Selection } from '../../postgres/argv.js';
import type { Psql } from '../../postgres/psql.js';
import type { TocEntry } from '../../postgres/toc.js';
import { leftToExtensions } from './extension-tables.js';
import type { LeftOut } from './left-out.js';

// What a provider's superuser put there is the provider's to restore; rows never are.
const AMONG_SYSTEM = `
SELECT o.kind || ' ' || n.nspname || '.' || o.name AS what,
  o.kind <> 'table' AND o.owner = 10 AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER) AS provided
FROM (
  SELECT 'pg_class'::regclass AS catalog, oid, relname AS name, relnamespace AS space, relowner AS owner,
    CASE relkind WHEN 'v' THEN 'view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind
  FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'pg_proc'::regclass, oid, proname, pronamespace, proowner, 'function' FROM pg_proc
) o JOIN pg_namespace n ON n.oid = o.space
WHERE o.oid >= 16384 AND n.nspname IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid AND d.deptype = 'e')
ORDER BY 1`;

const FOREIGN_TABLES = `
SELECT c.oid::int8 AS oid, n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'f' ORDER BY 2`;

// `lo` is the type of the extension of that name; many programs use plain oid.
const LARGE_OBJECT_COLUMNS = `
SELECT a.attrelid::int8 AS oid, n.nspname || '.' || c.relname || '.' || a.attname AS name
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND c.oid >= 16384
  AND (t.oid = 'oid'::regtype OR t.typname = 'lo') AND EXISTS (SELECT FROM pg_largeobject_metadata) ORDER BY 2`;

interface Named {
  oid: number;
  name: string;
}

/**
 * Everything that one would look for in this backup and that pg_dump leaves out without a word.
 * @throws UserError where that is the user's own and nothing else brings it back.
 */
export async function beyondDump(
  psql: Psql,
  selection: Selection,
  toc: readonly TocEntry[],
  database: string,
): Promise<LeftOut> {
  const tables = new Set(
    toc
      .filter(({ catalogId, text }) => catalogId === 1259 || text.startsWith('TABLE DATA '))
      .map(({ oid }) => oid),
  );
  const held = async (query: string): Promise<string[]> =>
    (await psql.rows<Named>(query)).filter(({ oid }) => tables.has(oid)).map(({ name }) => name);
  const notMeasured = (await held(FOREIGN_TABLES)).map((name) => ({
    what: `foreign table ${name}`,
    why: 'its rows are on another server; the backup has none of them',
  }));
  // Whoever names schemas or tables has chosen what to leave out.
  if (selection.schemas.length + selection.tables.length > 0)
    return { caveats: await largeObjects(held, toc), notMeasured };
  const provided = await amongSystem(psql, database);
  const members = await leftToExtensions(psql);
  return {
    caveats: [...provided.caveats, ...members.caveats],
    notMeasured: [...notMeasured, ...provided.notMeasured, ...members.notMeasured],
  };
}

async function amongSystem(psql: Psql, database: string): Promise<LeftOut> {
  const found = await psql.rows<{ what: string; provided: boolean }>(AMONG_SYSTEM);
  const own = found.filter(({ provided }) => !provided).map(({ what }) => what);
  if (own.length > 0) {
    throw new UserError(
      `Database ${JSON.stringify(database)} has ${plural(own.length, 'object')} of its own in schemas of the system (${own.slice(0, 10).join(', ')}${own.length > 10 ? ', ...' : ''}). pg_dump never dumps what is in pg_catalog or information_schema, so no backup was published that would lack ${own.length === 1 ? 'it' : 'them'}. Move ${own.length === 1 ? 'it' : 'them'} to a schema of your own (ALTER ... SET SCHEMA).`,
    );
  }
  const names = found.map(({ what }) => what);
  return {
    caveats:
      names.length === 0
        ? []
        : [
            {
              sentence: `This backup lacks ${plural(names.length, 'object')} that the server's first superuser made in schemas of the system, as providers do: pg_dump never dumps those`,
              names,
            },
          ],
    notMeasured: names.map((what) => ({
      what,
      why: 'it is in a schema of the system; pg_dump holds none of these',
    })),
  };
}

async function largeObjects(
  held: (query: string) => Promise<string[]>,
  toc: readonly TocEntry[],
): Promise<LeftOut['caveats']> {
  if (toc.some(({ text }) => text.startsWith('BLOB'))) return [];
  const names = await held(LARGE_OBJECT_COLUMNS);
  if (names.length === 0) return [];
  return [
    {
      sentence: `This backup has no large objects, since only some schemas or tables were chosen, but the database has some and ${plural(names.length, 'column')} in the backup may refer to them. Only a backup without schemas and tables holds them; exclude-schemas and exclude-tables leave them in`,
      names,
    },
  ];
}
