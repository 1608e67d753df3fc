import { UserError } from '../../base/errors.js';
import { formatCount } from '../../base/units.js';
import type { Psql } from '../../postgres/psql.js';
import { ChangedWhileDumpingError } from './changed.js';
import { batches, countQueries, type CountRow, type HashAlgorithm } from './queries.js';
import type { Patience } from './patience.js';
import { inSavepoint } from './savepoint.js';
import { isLockTimeout, sqlState, type CountedTable } from './tables.js';
import type { ContentHash, TableFingerprint } from './types.js';

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';
const UNDEFINED_SCHEMA = '3F000';
const CANCELED = '57014';

function titleOf(table: { schema: string; name: string }): string {
  return JSON.stringify(`${table.schema}.${table.name}`);
}

/**
 * Counts (and hashes) tables in a session that has imported the dump's snapshot. Each batch gives its locks back
 * as soon as it is done, and none waits longer than lock_timeout, so no application ever waits behind us for long.
 * What was locked, or was cancelled because somebody waited for us, is tried again as long as `patience` lasts.
 * @throws ChangedWhileDumpingError when a table was rewritten since the snapshot, or stays locked.
 */
export async function countTables(
  psql: Psql,
  tables: readonly CountedTable[],
  algorithm: HashAlgorithm | undefined,
  patience: Patience,
): Promise<CountRow[]> {
  const rows: CountRow[] = [];
  let locked: CountedTable[] = [];
  for (const batch of batches(tables)) {
    const result = await countBatch(psql, batch, algorithm);
    if (result === 'locked') locked.push(...batch);
    else rows.push(...result);
  }
  while (locked.length > 0) {
    if (!(await patience.again())) {
      throw new ChangedWhileDumpingError(
        `${namesOf(locked)} stayed locked by another session, so its rows could not be counted.`,
      );
    }
    const again = locked;
    locked = [];
    for (const table of again) {
      const result = await countBatch(psql, [table], algorithm);
      if (result === 'locked') locked.push(table);
      else rows.push(...result);
    }
  }
  return rows;
}

async function countBatch(
  psql: Psql,
  batch: readonly CountedTable[],
  algorithm: HashAlgorithm | undefined,
): Promise<CountRow[] | 'locked'> {
  try {
    return await inSavepoint(psql, 'counting', async () => {
      const rows = await psql.rows<CountRow>(countQueries(batch, algorithm));
      const filenodes = new Map(rows.map((row) => [row.oid, row.filenode]));
      requireUnchanged(
        batch.map((table) => ({ ...table, currentFilenode: filenodes.get(table.oid) ?? null })),
      );
      return rows;
    });
  } catch (error) {
    const state = sqlState(error);
    if (isLockTimeout(error) || state === CANCELED) return 'locked';
    if (state === UNDEFINED_TABLE || state === UNDEFINED_COLUMN || state === UNDEFINED_SCHEMA) {
      throw new ChangedWhileDumpingError(
        `A table was dropped or altered while it was dumped: ${(error as Error).message}`,
      );
    }
    throw error;
  }
}

/** @throws ChangedWhileDumpingError when a table's rows are no longer where they were at the snapshot. */
export function requireUnchanged(tables: readonly CountedTable[]): void {
  const changed = tables.filter((table) => table.filenode !== table.currentFilenode);
  if (changed.length === 0) return;
  throw new ChangedWhileDumpingError(
    `${namesOf(changed)} was truncated, rewritten or dropped after the backup's snapshot.`,
  );
}

function namesOf(tables: readonly CountedTable[]): string {
  const names = tables.slice(0, 5).map(titleOf).join(', ');
  return `Table ${names}${tables.length > 5 ? ` and ${tables.length - 5} more` : ''}`;
}

/** Puts the counts of single tables together as the fingerprint has them: hash partitioned tables as one. */
export function tableFingerprints(
  tables: readonly CountedTable[],
  rows: readonly CountRow[],
  algorithm: HashAlgorithm | undefined,
): TableFingerprint[] {
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  const result = new Map<string, TableFingerprint>();
  for (const table of tables) {
    const row = byOid.get(table.oid);
    if (row === undefined) throw new UserError(`No row count came back for table ${titleOf(table)}.`);
    const own = table.hashRoot ?? table;
    const key = JSON.stringify([own.schema, own.name]);
    const entry = result.get(key) ?? { schema: own.schema, name: own.name, rows: 0 };
    entry.rows += row.rows;
    if (!Number.isSafeInteger(entry.rows)) {
      throw new UserError(
        `Table ${titleOf(own)} has more than ${formatCount(Number.MAX_SAFE_INTEGER)} rows.`,
      );
    }
    if (table.hashRoot !== null) (entry.partitions ??= []).push({ schema: table.schema, name: table.name });
    if (table.condition !== null) entry.condition = table.condition;
    if (algorithm !== undefined)
      entry.content = addContent(entry.content, row, algorithm, table.generatedColumns.length > 0);
    result.set(key, entry);
  }
  return [...result.values()].sort((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name));
}

function addContent(
  sum: ContentHash | undefined,
  row: CountRow,
  algorithm: HashAlgorithm,
  generated: boolean,
): ContentHash {
  const add = (a: string | undefined, b: string | null): string =>
    (BigInt(a ?? 0) + BigInt(b ?? 0)).toString();
  return {
    algorithm,
    high: add(sum?.high, row.high),
    low: add(sum?.low, row.low),
    ...(generated
      ? {
          generated: {
            high: add(sum?.generated?.high, row.generatedHigh),
            low: add(sum?.generated?.low, row.generatedLow),
          },
        }
      : {}),
  };
}

/** Order by code unit: the same on every machine, unlike `localeCompare`. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
