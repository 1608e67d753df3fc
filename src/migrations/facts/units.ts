import type { ColumnFacts, DatabaseFacts, TableFacts } from './types.js';

/** A table as an application sees it: one with its partitions, whichever of them the rows are in. */
export interface Unit {
  /** The table itself, or the topmost partitioned one. */
  top: TableFacts;
  /** Where the rows are: the table itself, or the partitions at the bottom. */
  leaves: TableFacts[];
}

/** A unit, and what became of it. */
export interface Fate {
  before: Unit;
  /** What the top is now; undefined where it is gone. */
  top: TableFacts | undefined;
  /** The tables that its rows are in now, each with the table that it came from, where that was there. */
  leaves: { now: TableFacts; was: TableFacts | undefined }[];
}

/** The tables of an application. Materialized views are none: what they show comes out of tables. */
function unitsOf({ tables }: DatabaseFacts): Map<number, Unit> {
  const units = new Map<number, Unit>();
  for (const top of tables)
    if (top.kind !== 'materialized view' && top.root === null) units.set(top.oid, { top, leaves: [] });
  for (const table of tables)
    if (table.kind === 'table') units.get(table.root ?? table.oid)?.leaves.push(table);
  return units;
}

/**
 * Follows each table through the command. A table is the same while it has its OID, whatever its name and schema. A
 * partition counts for the table that it belonged to before, also when it was detached, and a new one for the table that it belongs
 * to now. A new table that bears the name of one from before counts for that one: this is how tools replace a table
 * ("create anew, copy, drop the old one, rename").
 */
export function fatesOf(before: DatabaseFacts, after: DatabaseFacts): Fate[] {
  const units = unitsOf(before);
  const known = byOid(before);
  const now = byOid(after);
  const names = new Map([...units.values()].map((unit) => [keyOf(unit.top), unit.top.oid]));
  const fates = new Map(
    [...units].map(([oid, unit]): [number, Fate] => [oid, { before: unit, top: now.get(oid), leaves: [] }]),
  );
  for (const { top, leaves } of unitsOf(after).values()) {
    const namesake = known.has(top.oid) ? undefined : fates.get(names.get(keyOf(top)) ?? -1);
    if (namesake !== undefined) namesake.top ??= top;
    for (const leaf of leaves) {
      const was = known.get(leaf.oid);
      const home = was === undefined ? undefined : fates.get(was.root ?? was.oid);
      (home ?? fates.get(top.oid) ?? namesake)?.leaves.push({ now: leaf, was });
    }
  }
  return [...fates.values()];
}

export function byOid({ tables }: DatabaseFacts): Map<number, TableFacts> {
  return new Map(tables.map((table) => [table.oid, table]));
}

/** All rows of these tables; null where one could not be read. */
export function rowsOf(tables: readonly Pick<TableFacts, 'rows'>[]): number | null {
  return tables.reduce<number | null>(
    (sum, { rows }) => (sum === null || rows === null ? null : sum + rows),
    0,
  );
}

/**
 * The column of a table of now that carries on a column of the unit's top from before: the one of the same number where the
 * table was there before, whatever it is called now, else the one of the same name. Partitions number
 * their columns in their own order, so they are found by the names that they share with their top.
 */
export function continued(
  { before, top }: Fate,
  column: ColumnFacts,
  leaf: Fate['leaves'][number],
): ColumnFacts | undefined {
  if (leaf.was !== undefined) {
    const own = leaf.was.columns.find(({ name }) => name === column.name);
    return leaf.now.columns.find(({ number }) => number === own?.number);
  }
  const name =
    top?.oid === before.top.oid
      ? top.columns.find(({ number }) => number === column.number)?.name
      : column.name;
  return leaf.now.columns.find((each) => each.name === name);
}

function keyOf({ schema, name }: TableFacts): string {
  return JSON.stringify([schema, name]);
}
