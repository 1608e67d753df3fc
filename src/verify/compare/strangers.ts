import { type CountedTable } from '../../backup/fingerprint/tables.js';
import { quoteIdentifier, type Psql } from '../../postgres/psql.js';
import type { Finding } from '../types.js';
import { different, titleOf } from './findings.js';

const AT_ONCE = 200;

/**
 * Tables whose rows the archive does not hold: they must be empty. Those of extensions are filled by the extension.
 * @param tables the restored tables that the fingerprint does not know
 */
export async function strangers(psql: Psql, tables: readonly CountedTable[]): Promise<Finding[]> {
  if (tables.length === 0) return [];
  const members = new Set(
    await psql.query<number[]>(
      `SELECT coalesce(json_agg(objid::int8), '[]') FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e'`,
    ),
  );
  const own = tables.filter(({ oid }) => !members.has(oid));
  const filled = new Set<number>();
  for (let at = 0; at < own.length; at += AT_ONCE) {
    const queries = own
      .slice(at, at + AT_ONCE)
      .map(
        ({ oid, schema, name }) =>
          `SELECT ${oid}::int8 AS oid WHERE EXISTS (SELECT FROM ONLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)})`,
      );
    for (const { oid } of await psql.rows<{ oid: number }>(queries.join(' UNION ALL '))) filled.add(oid);
  }
  return own
    .filter(({ oid }) => filled.has(oid))
    .map((table) => different('table', titleOf(table), 'no rows in the backup', 'rows'));
}
