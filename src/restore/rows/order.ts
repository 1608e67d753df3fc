import type { ForeignKey } from './effects.js';

/** Tables such that each comes after those that it refers to, and what stands in the way of that. */
export interface Order {
  tables: string[];
  /** Foreign keys that lead in a circle: no order suits them. */
  circular: ForeignKey[];
}

/**
 * Puts tables into an order in which foreign keys are met at the end of each, and leaves it as it is otherwise. A key
 * that leads to its own table is checked when all rows are in, one that is deferred when everything is.
 */
export function orderTables(tables: readonly string[], keys: readonly ForeignKey[]): Order {
  const known = new Set(tables);
  const leading = keys.filter(
    ({ table, refersTo, deferred }) =>
      !deferred && table !== refersTo && known.has(table) && known.has(refersTo),
  );
  const waits = new Map<string, Set<string>>(tables.map((table) => [table, new Set()]));
  const waiting = new Map<string, Set<string>>(tables.map((table) => [table, new Set()]));
  for (const { table, refersTo } of leading) {
    waits.get(table)?.add(refersTo);
    waiting.get(refersTo)?.add(table);
  }
  const ordered = peel(tables, waits, waiting);
  const left = tables.filter((table) => !ordered.has(table));
  // From the other end: what is left in both directions is on a circle, or between two.
  const behind = peel(left, restricted(waiting, left), restricted(waits, left));
  const circle = new Set(left.filter((table) => !behind.has(table)));
  return {
    tables: [...ordered, ...left],
    circular: leading.filter(({ table, refersTo }) => circle.has(table) && circle.has(refersTo)),
  };
}

/** Takes one table after the other that waits for none that is left. */
function peel(
  tables: readonly string[],
  waits: ReadonlyMap<string, ReadonlySet<string>>,
  waiting: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const counts = new Map(tables.map((table) => [table, waits.get(table)?.size ?? 0]));
  const done = new Set<string>();
  const ready = tables.filter((table) => counts.get(table) === 0);
  for (const table of ready) {
    done.add(table);
    for (const next of waiting.get(table) ?? []) {
      const count = (counts.get(next) ?? 0) - 1;
      counts.set(next, count);
      if (count === 0) ready.push(next);
    }
  }
  return done;
}

function restricted(
  edges: ReadonlyMap<string, ReadonlySet<string>>,
  to: readonly string[],
): Map<string, Set<string>> {
  const kept = new Set(to);
  return new Map(
    to.map((table) => [table, new Set([...(edges.get(table) ?? [])].filter((t) => kept.has(t)))]),
  );
}
