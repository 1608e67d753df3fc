import { availableParallelism } from 'node:os';
import { batches } from '../../backup/fingerprint/queries.js';
import { quoteIdentifier, SqlError, type Psql } from '../../postgres/psql.js';
import type { CatalogTable } from './catalog.js';

/** What is in one table. */
export interface Count {
  oid: number;
  rows: number;
  /** Of the columns that may hold nulls, in their order, how many values are none. */
  values: number[];
}

export interface Counts {
  counts: Map<number, Count>;
  /** The SQLSTATE of why a table could not be read, by OID. */
  unreadable: Map<number, string>;
}

/** Each scan may have parallel workers of the server besides. */
const MOST_SESSIONS = 4;

/** The query that counts the rows of a table and the values of those columns that may be null, in one scan. */
function countQuery({ oid, schema, name, condition, columns }: CatalogTable): string {
  const values = columns
    .filter(({ notNull }) => !notNull)
    .map((column) => `count(${quoteIdentifier(column.name)})`);
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  // No alias: an extension's condition may name its table.
  return `SELECT ${oid} AS oid, count(*) AS rows, ARRAY[${values.join(', ')}]::int8[] AS values FROM ONLY ${table} ${condition ?? ''}`;
}

/**
 * Counts tables over several sessions, the largest first and small ones many at a time.
 * @param first a session to begin with; stays open
 * @throws SqlError when the server has no room or is ending
 */
export async function countTables(
  first: Psql,
  open: () => Promise<Psql>,
  tables: readonly CatalogTable[],
): Promise<Counts> {
  const result: Counts = { counts: new Map(), unreadable: new Map() };
  const bySize = [...tables].sort((a, b) => b.fileBytes - a.fileBytes);
  const queue = batches(bySize.map((table) => ({ ...table, bytes: table.fileBytes })));
  const work = async (psql: Psql): Promise<void> => {
    try {
      for (let batch = queue.shift(); batch !== undefined; batch = queue.shift())
        await countBatch(psql, batch, result);
    } catch (error) {
      queue.length = 0;
      throw error;
    }
  };
  const more = Math.min(availableParallelism(), MOST_SESSIONS, queue.length) - 1;
  const others = Array.from({ length: Math.max(more, 0) }, async () => {
    const psql = await open();
    await work(psql).finally(() => psql.close());
  });
  for (const end of await Promise.allSettled([work(first), ...others]))
    if (end.status === 'rejected') throw end.reason as Error;
  return result;
}

/** A batch in one statement; where that fails, each of its tables alone. */
async function countBatch(psql: Psql, batch: readonly CatalogTable[], result: Counts): Promise<void> {
  try {
    const counts = await psql.rows<Count>(batch.map(countQuery).join('\nUNION ALL '));
    for (const count of counts) result.counts.set(count.oid, count);
  } catch (error) {
    // Of class 53 and 57: the server has no room, or is ending. That says nothing of the table.
    if (!(error instanceof SqlError) || /^5[37]/.test(error.sqlstate)) throw error;
    const [table, ...others] = batch;
    // The message may hold a value; its code does not.
    if (others.length === 0 && table !== undefined) result.unreadable.set(table.oid, error.sqlstate);
    else for (const one of batch) await countBatch(psql, [one], result);
  }
}
