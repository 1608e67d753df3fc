import { plural } from '../../base/units.js';
import { quoteIdentifier, SqlError, type Psql } from '../../postgres/psql.js';
import type { LeftOut } from './left-out.js';
import { inSavepoint } from './savepoint.js';

interface MemberTable {
  extension: string;
  schema: string;
  name: string;
  /** The transactions that made what the extension has. */
  makers: string[];
}

// pg_dump leaves an extension's tables to the extension: their definition, what was added to that, and their rows unless
// the extension called pg_extension_config_dump for them.
const MEMBERS = `
WITH member AS (
  SELECT d.refobjid AS ext, d.classid, d.objid, d.xmin::text AS maker FROM pg_depend d
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
), made AS (
  SELECT e.oid, e.extname, coalesce(e.extconfig, '{}') AS config, max(m.objid) AS newest,
    array_agg(DISTINCT m.maker) || e.xmin::text AS makers
  FROM pg_extension e JOIN member m ON m.ext = e.oid GROUP BY e.oid, e.extname, e.extconfig, e.xmin::text
), rel AS (
  SELECT c.oid, c.relkind, c.relpersistence, c.relname, n.nspname, made.extname, made.config, made.newest, made.makers
  FROM member m JOIN made ON made.oid = m.ext JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
)`;

const TABLES = `${MEMBERS}
SELECT extname AS extension, nspname AS schema, relname AS name, to_json(makers) AS makers FROM rel
WHERE relkind = 'r' AND oid <> ALL (config) AND NOT (relpersistence = 'u' AND pg_is_in_recovery()) ORDER BY 1, 2, 3`;

// An index or trigger is no member of an extension, whoever made it: the extension's own are older than its newest
// member, or were made in the same transaction as one.
const ADDED = `${MEMBERS}
SELECT a.kind || ' ' || a.name AS what, rel.nspname || '.' || rel.relname AS "table", rel.extname AS extension
FROM rel JOIN (
  SELECT 'index' AS kind, i.indrelid AS relid, c.oid, c.relname AS name, c.xmin FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  UNION ALL
  SELECT 'trigger', tgrelid, oid, tgname, xmin FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT 'constraint', conrelid, oid, conname, xmin FROM pg_constraint WHERE contype IN ('c', 'f')
  UNION ALL
  SELECT 'policy', polrelid, oid, polname, xmin FROM pg_policy
  UNION ALL
  SELECT 'rule', ev_class, oid, rulename, xmin FROM pg_rewrite WHERE rulename <> '_RETURN'
) a ON a.relid = rel.oid
WHERE a.oid > rel.newest AND a.xmin::text <> ALL (rel.makers) ORDER BY 2, 1`;

/** What of the tables that belong to extensions no dump of the whole database holds. */
export async function leftToExtensions(psql: Psql): Promise<LeftOut> {
  const left: LeftOut = { caveats: [], notMeasured: [] };
  const lost: string[] = [];
  for (const table of await psql.rows<MemberTable>(TABLES)) {
    const title = `${table.schema}.${table.name}`;
    const rows = await rowsOf(psql, table);
    if (rows === 'none') continue;
    if (rows === 'added') lost.push(`${title} of ${table.extension}`);
    const unread = rows === 'unknown' ? ' and could not be read, so it may have had rows' : '';
    const why = `it belongs to extension ${table.extension}${unread}; pg_dump holds none of its rows`;
    left.notMeasured.push({ what: `table ${title}`, why });
  }
  if (lost.length > 0) {
    left.caveats.push({
      sentence: `This backup lacks the rows of ${plural(lost.length, 'table')} that an extension owns: pg_dump holds those only where the extension asks for it (pg_extension_config_dump). Copy what you need into tables of your own`,
      names: lost,
    });
  }
  const added = await psql.rows<{ what: string; table: string; extension: string }>(ADDED);
  for (const { what, table, extension } of added)
    left.notMeasured.push({
      what: `${what} on ${table}`,
      why: `the table belongs to extension ${extension}; pg_dump leaves out what was added to it`,
    });
  if (added.length > 0) {
    left.caveats.push({
      sentence: `This backup lacks ${plural(added.length, 'object')} that ${added.length === 1 ? 'was' : 'were'} added to tables of extensions: pg_dump leaves such tables to the extension. Keep the statements that make them, and run these after a restore`,
      names: added.map(({ what, table }) => `${what} on ${table}`),
    });
  }
  return left;
}

/** Whether there are rows, and any that the transactions which made the extension did not write. */
async function rowsOf(
  psql: Psql,
  { schema, name, makers }: MemberTable,
): Promise<'none' | 'own' | 'added' | 'unknown'> {
  const from = `FROM ONLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  const others = `xmin::text <> ALL ('{${makers.join(',')}}'::text[])`;
  try {
    const [found] = await inSavepoint(psql, 'members', () =>
      psql.rows<{ any: boolean; added: boolean }>(
        `SELECT EXISTS (SELECT ${from}) AS any, EXISTS (SELECT ${from} WHERE ${others}) AS added`,
      ),
    );
    return found?.added === true ? 'added' : found?.any === true ? 'own' : 'none';
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return 'unknown';
  }
}
