import { quoteLiteral, SqlError, type Psql } from '../postgres/psql.js';
import { printableLine } from '../base/text.js';
import type { Finding } from './types.js';
import { different, equal } from './compare/findings.js';

const NEAR = 3;
const SYNTAX = 'a name as in SQL, such as orders, app.orders or "Odd Name".t';

/** Ordinary, partitioned and foreign tables that are neither the system's nor temporary. */
const TABLES = `
SELECT n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

interface Named {
  schema: string;
  name: string;
}

/**
 * Whether tables are there that the user says must be.
 * @param names identifiers as in SQL; one without a schema is in `public`
 */
export async function expectTables(
  open: (name: string) => Promise<Psql>,
  names: readonly string[],
): Promise<Finding[]> {
  if (names.length === 0) return [];
  const psql = await open('that looks for tables');
  try {
    const tables = await psql.rows<Named>(TABLES);
    const findings: Finding[] = [];
    for (const text of names) {
      const wanted = await parse(psql, text);
      findings.push(
        wanted === undefined
          ? different('expected table', printableLine(text), SYNTAX, 'something else')
          : judge(printableLine(text), wanted, tables),
      );
    }
    return findings;
  } finally {
    await psql.close();
  }
}

/** As the server reads it; undefined where it is no name of a table. */
async function parse(psql: Psql, text: string): Promise<Named | undefined> {
  try {
    const parts = await psql.query<string[]>(
      `SELECT pg_catalog.to_json(pg_catalog.parse_ident(${quoteLiteral(text.trim())}))`,
    );
    const [first, second, ...others] = parts;
    if (first === undefined || others.length > 0) return undefined;
    return second === undefined ? { schema: 'public', name: first } : { schema: first, name: second };
  } catch (error) {
    if (error instanceof SqlError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function judge(text: string, wanted: Named, tables: readonly Named[]): Finding {
  if (tables.some(({ schema, name }) => schema === wanted.schema && name === wanted.name))
    return equal('expected table', text);
  const near = nearest(wanted, tables);
  const why =
    near.length === 0 ? undefined : `near it there is ${near.map((one) => JSON.stringify(one)).join(', ')}`;
  return different('expected table', text, 'a table', 'missing', why === undefined ? {} : { why });
}

/** Tables with that name elsewhere, or in other letters, or with one like it. */
function nearest(wanted: Named, tables: readonly Named[]): string[] {
  const name = wanted.name.toLowerCase();
  const far = Math.max(1, Math.floor(name.length / 3));
  return tables
    .map((table) => ({ table, steps: distance(name, table.name.toLowerCase()) }))
    .filter(({ steps }) => steps <= far)
    .sort((a, b) => a.steps - b.steps)
    .slice(0, NEAR)
    .map(({ table }) => `${table.schema}.${table.name}`);
}

/** How many letters must be put in, taken out or changed to make one of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
