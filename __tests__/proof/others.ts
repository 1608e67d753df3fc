import type { Psql } from '../../src/postgres/psql.js';

/** What the checks that others rely on look at in a restored database. */
export interface Observed {
  /** Of pg_restore. */
  exitCode: number | null;
  /** On disk, less what an empty database takes: that would hide any loss from a small one. */
  bytes: number;
  /** Rows by table. */
  rows: ReadonlyMap<string, number>;
}

/** The rules that others call a backup verified by: whether each would have noticed a damage. */
export const RULES = {
  "pg_restore's exit code": (_good, bad) => bad.exitCode !== 0,
  'restored size at least 20 % (Databasus)': (good, bad) => bad.bytes < good.bytes * 0.2,
  'no table empty that had rows (backupdrill)': (good, bad) =>
    [...good.rows].some(([table, rows]) => rows > 0 && bad.rows.get(table) === 0),
  'number of tables': (good, bad) => good.rows.size !== bad.rows.size,
} satisfies Record<string, (good: Observed, bad: Observed) => boolean>;

export type Rule = keyof typeof RULES;

/** Looks at a database as those rules do. */
export async function observe(psql: Psql, exitCode: number | null): Promise<Observed> {
  const bytes = Number(
    await psql.value("SELECT pg_database_size(current_database()) - pg_database_size('template0')"),
  );
  const tables = await psql.rows<{ name: string; query: string }>(
    `SELECT c.oid::regclass::text AS name, format('SELECT count(*) FROM %s', c.oid::regclass) AS query
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
  );
  const rows = new Map<string, number>();
  for (const { name, query } of tables) rows.set(name, Number(await psql.value(query)));
  return { exitCode, bytes, rows };
}

/** Whether each rule notices. */
export function noticedBy(good: Observed, bad: Observed): Record<Rule, boolean> {
  return Object.fromEntries(Object.entries(RULES).map(([name, rule]) => [name, rule(good, bad)])) as Record<
    Rule,
    boolean
  >;
}

/** The table for docs/verify.md: a line a damage. */
export function othersTable(lines: readonly { name: string; noticed: Record<Rule, boolean> }[]): string {
  const mark = (noticed: boolean): string => (noticed ? 'noticed' : '-');
  const cells = (values: readonly string[]): string => `| ${values.join(' | ')} |`;
  const rules = Object.keys(RULES) as Rule[];
  return [
    cells(['Damage', 'pgkeep', ...rules]),
    cells(['---', ...Array.from({ length: rules.length + 1 }, () => ':-:')]),
    ...lines.map(({ name, noticed }) =>
      cells([name, 'noticed', ...rules.map((rule) => mark(noticed[rule]))]),
    ),
  ].join('\n');
}
