import type { Fingerprint, TableFingerprint } from '../../backup/fingerprint/types.js';
import { quoteIdentifier, quoteLiteral, type Psql } from '../../postgres/psql.js';
import { titleOf } from '../compare/findings.js';
import type { Candidate } from './types.js';

interface Place {
  /** Of the fingerprint. */
  table: TableFingerprint;
  /** The table itself, or one of the partitions that are counted together. */
  leaf: { schema: string; name: string };
}

/** The tables that had rows. */
function places({ tables }: Fingerprint): Place[] {
  return tables
    .filter(({ rows }) => rows > 0)
    .flatMap((table) => (table.partitions ?? [table]).map((leaf) => ({ table, leaf })));
}

function sqlName({ schema, name }: { schema: string; name: string }): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

function candidate({ table, leaf }: Place, what: string, apply: Candidate['apply']): Candidate {
  return {
    description: `${what} table ${titleOf(leaf)}`,
    scope: { aspects: ['tables'], tables: [table] },
    expects: { kind: 'table', name: titleOf(table) },
    apply,
  };
}

/** One row less. */
export function deletions(fingerprint: Fingerprint): Candidate[] {
  return places(fingerprint).map((place) =>
    candidate(place, 'one row deleted from', async (psql) => {
      const from = sqlName(place.leaf);
      const row = await someRow(psql, from, place.table.condition ?? '');
      if (row === '') return false;
      await psql.exec(`DELETE FROM ONLY ${from} WHERE ctid = ${quoteLiteral(row)}`);
      return isGone(psql, from, row);
    }),
  );
}

/** One value changed, where the fingerprint knows the content. */
export function changes(fingerprint: Fingerprint): Candidate[] {
  if (fingerprint.level !== 'content') return [];
  return places(fingerprint).map((place) =>
    candidate(place, 'one value changed in', async (psql) => {
      const from = sqlName(place.leaf);
      const { condition } = place.table;
      for (const { name, changed } of await changeable(psql, from)) {
        const also = `${condition === undefined ? 'WHERE' : `${condition} AND`} (${changed}) IS DISTINCT FROM ${name}`;
        const row = await someRow(psql, from, also);
        if (row === '') continue;
        await psql.exec(`UPDATE ONLY ${from} SET ${name} = ${changed} WHERE ctid = ${quoteLiteral(row)}`);
        return isGone(psql, from, row);
      }
      return false;
    }),
  );
}

/** All rows lost. */
export function truncations(fingerprint: Fingerprint): Candidate[] {
  return places(fingerprint).map((place) =>
    candidate(place, 'all rows removed from', async (psql) => {
      const from = sqlName(place.leaf);
      if ((await someRow(psql, from, place.table.condition ?? '')) === '') return false;
      await psql.exec(`TRUNCATE ONLY ${from}`);
      return true;
    }),
  );
}

/** The table itself lost. Partitions that are counted together are left to the others. */
export function tableDrops(fingerprint: Fingerprint): Candidate[] {
  return fingerprint.tables
    .filter(({ partitions, condition }) => partitions === undefined && condition === undefined)
    .map((table) =>
      candidate({ table, leaf: table }, 'dropped:', async (psql) => {
        await psql.exec(`DROP TABLE ${sqlName(table)}`);
        return true;
      }),
    );
}

/** The place of a row that meets the condition; empty where there is none. */
function someRow(psql: Psql, from: string, condition: string): Promise<string> {
  return psql.value(`SELECT ctid FROM ONLY ${from} ${condition} LIMIT 1`);
}

/** A rule or an always-on trigger may have undone it. A changed row is in another place than it was. */
async function isGone(psql: Psql, from: string, row: string): Promise<boolean> {
  return (await psql.value(`SELECT count(*) FROM ONLY ${from} WHERE ctid = ${quoteLiteral(row)}`)) === '0';
}

/** Columns that may be written, each with an expression for another value. */
function changeable(psql: Psql, from: string): Promise<{ name: string; changed: string }[]> {
  return psql.rows(`
    SELECT quote_ident(a.attname) AS name, CASE
        WHEN NOT a.attnotnull AND t.typtype <> 'd' THEN 'NULL'
        WHEN t.typcategory = 'N' AND t.typname ~ '^(int|float|numeric)' THEN quote_ident(a.attname) || ' + 1'
        WHEN t.typname IN ('text', 'varchar') THEN quote_ident(a.attname) || $$ || '.'$$
        WHEN t.typname = 'bool' THEN 'NOT ' || quote_ident(a.attname)
      END AS changed
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ${quoteLiteral(from)}::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = '' AND a.attidentity <> 'a'
      AND ((NOT a.attnotnull AND t.typtype <> 'd') OR (t.typcategory = 'N' AND t.typname ~ '^(int|float|numeric)')
        OR t.typname IN ('text', 'varchar', 'bool'))
    ORDER BY a.attnotnull, a.attnum`);
}
