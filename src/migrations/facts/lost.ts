import type { LostValues, Named } from '../types.js';
import type { ColumnFacts } from './types.js';
import { continued, rowsOf, type Fate } from './units.js';

/**
 * The columns of a table that is still there in which values are gone, or of another type.
 * A column that was dropped is lost even where another of its name is there now: nobody can tell from a count whether
 * that one holds copies or a default, and some tools change a type just so and lose all values.
 */
export function lostValues(fate: Fate, table: Named): LostValues[] {
  const { before, leaves } = fate;
  const rows = rowsOf(before.leaves);
  const rowsNow = rowsOf(leaves.map(({ now }) => now));
  if (rows === null || rowsNow === null) return [];
  const gone = Math.max(rows - rowsNow, 0);
  return before.top.columns.flatMap((column): LostValues[] => {
    const values = valuesBefore(fate, column);
    const found = leaves.map((leaf) => continued(fate, column, leaf));
    const valuesNow = found.reduce((sum, each) => sum + (each?.values ?? 0), 0);
    const now = columnNow(fate, column) ?? found.find((each) => each !== undefined);
    const lost = { table, column: column.name };
    if (droppedFrom(fate, column, now))
      return values > valuesNow ? [{ ...lost, how: 'dropped', values: values - valuesNow }] : [];
    // Values of rows that are gone are lost with them.
    const emptied = values - valuesNow - gone;
    const kept = Math.min(values, valuesNow);
    return [
      ...(emptied > 0 ? [{ ...lost, how: 'emptied' as const, values: emptied }] : []),
      ...(now !== undefined && isRetyped(column, now) && kept > 0
        ? [
            {
              ...lost,
              how: 'retyped' as const,
              values: kept,
              types: { before: column.type, after: now.type },
            },
          ]
        : []),
    ];
  });
}

function valuesBefore({ before }: Fate, column: ColumnFacts): number {
  return before.leaves.reduce(
    (sum, { columns }) => sum + (columns.find(({ name }) => name === column.name)?.values ?? 0),
    0,
  );
}

/** The column of the top that carries it on, where there is a top. */
function columnNow(fate: Fate, column: ColumnFacts): ColumnFacts | undefined {
  const { before, top } = fate;
  return top === undefined
    ? undefined
    : continued(fate, column, { now: top, was: top.oid === before.top.oid ? before.top : undefined });
}

function droppedFrom(fate: Fate, column: ColumnFacts, now: ColumnFacts | undefined): boolean {
  return fate.top === undefined ? now === undefined : columnNow(fate, column) === undefined;
}

/** A type that only has another name is the same, and so is one made anew under its name. */
function isRetyped(before: ColumnFacts, after: ColumnFacts): boolean {
  return before.typeKey !== after.typeKey && before.type !== after.type;
}
