import { ExplainedError } from '../base/errors.js';
import { quoteIdentifier, SqlError, type Psql } from '../postgres/psql.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Present } from './meeting.js';
import { NO_EFFECTS } from './rows/effects.js';
import { NO_SEQUENCES } from './rows/sequences.js';
import type { Content } from './way.js';

/** A table, view or sequence of the target. */
interface Relation {
  schema: string;
  name: string;
  /** It can hold rows of its own. */
  table: boolean;
  /** `WHERE ...`: of a table that an extension filled, the rows that backups hold; empty: all. */
  condition: string;
}

/** Names stand unquoted in a table of contents, line breaks as spaces. */
function namedIn(text: string, kind: string, { schema, name }: Relation): boolean {
  return text.startsWith(`${kind}${schema} ${name} `.replaceAll(/[\r\n]/g, ' '));
}

const ROWS = 'TABLE DATA ';
const KINDS = /^(TABLE|VIEW|MATERIALIZED VIEW|FOREIGN TABLE|SEQUENCE) /;

const PUBLIC = `SELECT to_json(coalesce((SELECT CASE WHEN pg_catalog.pg_has_role(nspowner, 'USAGE') THEN 'own' ELSE 'foreign' END
  FROM pg_catalog.pg_namespace WHERE nspname = 'public'), 'absent'))`;

const SCHEMAS = `SELECT coalesce(json_agg(nspname ORDER BY nspname), '[]') FROM pg_catalog.pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'`;

/** How many tables are asked for rows in one statement. */
const AT_ONCE = 100;

/**
 * How what is to be restored meets what is in the target database, which `psql` is connected to.
 * @throws UserError where the role may not see whether a table that gets rows has some
 */
export async function presentIn(
  psql: Psql,
  entries: readonly TocEntry[],
  content: Content,
): Promise<Present> {
  const relations = await psql.rows<Relation>(
    `SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'r' AS table, coalesce(e.condition, '') AS condition
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN (SELECT unnest(extconfig) AS oid, unnest(extcondition) AS condition FROM pg_catalog.pg_extension) e ON e.oid = c.oid
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
  );
  const definitions = entries.filter(({ catalogId }) => catalogId === 1259);
  const rows = entries.filter(({ catalogId, text }) => catalogId === 0 && text.startsWith(ROWS));
  const defined = relations.filter((relation) =>
    definitions.some(({ text }) => {
      const kind = KINDS.exec(text)?.[0];
      return kind !== undefined && namedIn(text, kind, relation);
    }),
  );
  const tables = relations.filter(({ table }) => table);
  const met = tables.filter((table) => rows.some(({ text }) => namedIn(text, ROWS, table)));
  // Others are made by what is restored, and those that are there already are in its way, whatever they hold.
  const extensionsOwn = met.filter((table) => !defined.includes(table));
  return {
    tables: defined.map(nameOf),
    missing: rows
      .filter(({ text }) => !tables.some((table) => namedIn(text, ROWS, table)))
      .map(({ text }) => text.slice(ROWS.length).split(' ').slice(0, -1).join('.')),
    filled: await withRows(psql, content === 'data' ? met : content === 'all' ? extensionsOwn : []),
    receiving: met.map(nameOf),
    effects: NO_EFFECTS,
    sequences: NO_SEQUENCES,
    publicSchema: await psql.query<Present['publicSchema']>(PUBLIC),
    schemas: await psql.query<string[]>(SCHEMAS),
  };
}

function nameOf({ schema, name }: Relation): string {
  return `${schema}.${name}`;
}

/** Those that have rows of the kind that is restored. */
async function withRows(psql: Psql, tables: readonly Relation[]): Promise<string[]> {
  const filled: string[] = [];
  // A table whose rows are hidden from the role is no empty one.
  await psql.exec('SET row_security = off');
  for (let at = 0; at < tables.length; at += AT_ONCE) {
    const some = tables.slice(at, at + AT_ONCE);
    const queries = some.map(
      ({ schema, name, condition }, index) =>
        `SELECT ${index} AS index WHERE EXISTS (SELECT FROM ONLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)} ${condition})`,
    );
    const found = await psql.rows<{ index: number }>(queries.join(' UNION ALL ')).catch(notToBeSeen);
    filled.push(...found.flatMap(({ index }) => (some[index] === undefined ? [] : [nameOf(some[index])])));
  }
  return filled;
}

/** `insufficient_privilege`, which row-level security has, too. */
const NOT_ALLOWED = '42501';

function notToBeSeen(error: unknown): never {
  if (!(error instanceof SqlError) || error.sqlstate !== NOT_ALLOWED) throw error;
  const refused =
    'Rows are restored into empty tables, and the role may not see whether they are empty. Use a role that may read all rows of the tables that get some (`GRANT SELECT`, with row-level security also `ALTER ROLE ... BYPASSRLS` or the owner of the table), or restore into another database and copy from there.';
  throw new ExplainedError(`${refused}\nPostgreSQL said: ${error.message}`, refused, { cause: error });
}
