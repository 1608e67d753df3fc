import { PINNED_SETTINGS, batches, countQueries, SCAN_SETTINGS } from '../../backup/fingerprint/queries.js';
import type { CountRow, HashAlgorithm } from '../../backup/fingerprint/queries.js';
import { inSavepoint } from '../../backup/fingerprint/savepoint.js';
import type { CountedTable } from '../../backup/fingerprint/tables.js';
import { SqlError, type Psql } from '../../postgres/psql.js';

/** What the rows of tables amount to; those that could not be read with the SQLSTATE of why. */
export interface Counted {
  rows: CountRow[];
  unreadable: Map<number, string>;
}

/** Begins a transaction that reads as the fingerprint's own did, and cannot write. */
export async function beginReading(psql: Psql): Promise<void> {
  await psql.exec('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const settings = ['row_security = off', ...PINNED_SETTINGS, ...SCAN_SETTINGS];
  await psql.exec(settings.map((setting) => `SET LOCAL ${setting}`).join('; '));
}

/** Counts (and hashes) tables over several sessions, the largest first. */
export async function countInParallel(
  open: () => Promise<Psql>,
  jobs: number,
  tables: readonly CountedTable[],
  algorithm: HashAlgorithm | undefined,
): Promise<Counted> {
  const result: Counted = { rows: [], unreadable: new Map() };
  // Hashing keeps one core busy, so that a large table is shared out; counting is over before that would pay.
  const pieces = algorithm === undefined ? tables : tables.flatMap((table) => split(table, jobs));
  const queue = batches([...pieces].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)));
  const work = async (): Promise<void> => {
    const psql = await open();
    try {
      await beginReading(psql);
      for (let batch = queue.shift(); batch !== undefined; batch = queue.shift())
        await countBatch(psql, batch, algorithm, result);
    } finally {
      await psql.close();
    }
  };
  const workers = Array.from({ length: Math.min(Math.max(jobs, 1), queue.length) }, work);
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
  return { ...result, rows: merged(result.rows) };
}

const SPLIT_BYTES = 32 * 1024 * 1024;
const PAGE_BYTES = 8192;

/** A large table in parts by the pages of its rows; on a server with other pages they are just less even. */
export function split(table: CountedTable, parts: number): CountedTable[] {
  const bytes = table.bytes ?? 0;
  const count = Math.min(parts, Math.floor(bytes / SPLIT_BYTES));
  if (count < 2 || table.condition !== null) return [table];
  const start = (index: number): string => `'(${Math.floor((bytes / PAGE_BYTES / count) * index)},0)'::tid`;
  return Array.from({ length: count }, (_, index) => {
    const from = index === 0 ? [] : [`ctid >= ${start(index)}`];
    const to = index === count - 1 ? [] : [`ctid < ${start(index + 1)}`];
    return { ...table, bytes: bytes / count, condition: `WHERE ${[...from, ...to].join(' AND ')}` };
  });
}

/** What was counted of the parts of a table put together. */
function merged(rows: readonly CountRow[]): CountRow[] {
  const byOid = new Map<number, CountRow>();
  for (const row of rows) {
    const other = byOid.get(row.oid);
    byOid.set(row.oid, other === undefined ? row : sum(row, other));
  }
  return [...byOid.values()];
}

function sum(a: CountRow, b: CountRow): CountRow {
  // Of no rows there is no sum.
  const add = (x: string | null, y: string | null): string => (BigInt(x ?? 0) + BigInt(y ?? 0)).toString();
  return {
    ...a,
    rows: a.rows + b.rows,
    high: add(a.high, b.high),
    low: add(a.low, b.low),
    generatedHigh: add(a.generatedHigh, b.generatedHigh),
    generatedLow: add(a.generatedLow, b.generatedLow),
  };
}

/** A batch in one statement; where that fails, each of its tables alone. */
async function countBatch(
  psql: Psql,
  batch: readonly CountedTable[],
  algorithm: HashAlgorithm | undefined,
  { rows, unreadable }: Counted,
): Promise<void> {
  try {
    const counts = await inSavepoint(psql, 'counting', () =>
      psql.rows<CountRow>(countQueries(batch, algorithm)),
    );
    rows.push(...counts);
  } catch (error) {
    // Of class 53 and 57: the server has no room, or is ending. That says nothing of the table.
    if (!(error instanceof SqlError) || /^5[37]/.test(error.sqlstate)) throw error;
    const [table, ...others] = batch;
    // The message may hold a value; its code does not.
    if (others.length === 0 && table !== undefined) unreadable.set(table.oid, error.sqlstate);
    else for (const one of batch) await countBatch(psql, [one], algorithm, { rows, unreadable });
  }
}
