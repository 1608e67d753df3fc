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
  const queue = batches([...tables].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)));
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
  return result;
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
    if (!(error instanceof SqlError)) throw error;
    const [table, ...others] = batch;
    // The message may hold a value; its code does not.
    if (others.length === 0 && table !== undefined) unreadable.set(table.oid, error.sqlstate);
    else for (const one of batch) await countBatch(psql, [one], algorithm, { rows, unreadable });
  }
}
