import { messageOf } from '../base/errors.js';
import { cutTo, printableLine } from '../base/text.js';
import { plural } from '../base/units.js';
import { quoteLiteral, SqlError, type Psql } from '../postgres/psql.js';
import type { Finding } from './types.js';
import { different, equal } from './compare/findings.js';

export { expectTables } from './expected-tables.js';

type Open = (name: string) => Promise<Psql>;

const TIMEOUT = '10min';
const EXPECTED = 'one row, one true';
/** Rows are counted up to this. */
const MANY = 100;

interface Answer {
  rows: number;
  /** Of the first row, in their order, as JSON. */
  values: unknown[];
}

/**
 * Runs the user's own checks, each in a session of its own that cannot write.
 * @returns one finding a check: `equal` when it gave exactly one row with one column that is true.
 */
export async function runChecks(open: Open, checks: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const sql of checks) {
    const psql = await open('that runs a check');
    try {
      findings.push(judge(sql, await ask(psql, sql)));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      findings.push(different('check', nameOf(sql), EXPECTED, refusal(error)));
    } finally {
      await psql.close();
    }
  }
  return findings;
}

/**
 * The check reaches the server as a literal, never as psql's own input: psql would obey a backslash in it. The server
 * opens a cursor for it, which takes exactly one statement, and one that reads.
 */
async function ask(psql: Psql, sql: string): Promise<Answer> {
  // PostgreSQL has no text with it, so it would be no statement.
  if (sql.includes('\0')) throw new SqlError('a zero byte in the statement', '42601', '');
  await psql.exec(
    'BEGIN READ ONLY',
    `SET LOCAL statement_timeout = '${TIMEOUT}'`,
    'SET LOCAL search_path = public',
    `DO ${quoteLiteral(block(sql))}`,
  );
  return psql.query<Answer>(`SELECT pg_catalog.current_setting('pgkeep.answer')`);
}

function block(sql: string): string {
  return `
DECLARE
  answers refcursor;
  answer record;
  more bigint := 0;
  shown json := '[]';
BEGIN
  OPEN answers NO SCROLL FOR EXECUTE ${quoteLiteral(sql)};
  FETCH answers INTO answer;
  IF FOUND THEN
    shown := (SELECT coalesce(pg_catalog.json_agg(e.value), '[]') FROM pg_catalog.json_each(pg_catalog.row_to_json(answer)) e);
    MOVE FORWARD ${MANY} FROM answers;
    GET DIAGNOSTICS more = ROW_COUNT;
    more := more + 1;
  END IF;
  PERFORM pg_catalog.set_config('pgkeep.answer', pg_catalog.json_build_object('rows', more, 'values', shown)::text, true);
END`;
}

function judge(sql: string, { rows, values }: Answer): Finding {
  const name = nameOf(sql);
  const not = (found: string): Finding => different('check', name, EXPECTED, found);
  if (rows === 0) return not('no row');
  if (rows > 1) return not(rows > MANY ? `more than ${MANY} rows` : plural(rows, 'row'));
  if (values.length !== 1) return not(`one row of ${plural(values.length, 'column')}`);
  const [value] = values;
  if (value === true) return equal('check', name);
  if (value === false) return not('false');
  // What else it may be is data.
  return not(value === null ? 'null' : 'a value that is neither true nor false');
}

const WRITES = new Set(['25006', '25001', '0A000', '42P11']);

function refusal(error: SqlError): string {
  const message = printableLine(messageOf(error));
  if (error.sqlstate === '57014') return `no answer within ${TIMEOUT}`;
  if (!WRITES.has(error.sqlstate)) return `an error: ${message}`;
  return `an error, since a check is one statement that only reads: ${message}`;
}

function nameOf(sql: string): string {
  return cutTo(printableLine(sql.trim()), 200);
}
