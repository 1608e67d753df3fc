import { median } from '../../backup/anomaly.js';

/** One number at one time. */
export interface Sample {
  /** ISO 8601, UTC. */
  at: string;
  value: number;
  /** Whether it is one to look at. */
  isBad?: boolean;
}

/** What a chart draws as one point: a sample, or several that follow each other. */
export interface Group {
  from: string;
  to: string;
  count: number;
  least: number;
  /** The median. */
  value: number;
  most: number;
  isBad: boolean;
}

/** How many points a chart of a few hundred pixels can tell apart. */
export const MOST_POINTS = 120;

/** At most `most` groups of equally many samples each. `samples`: oldest first. */
export function groupsOf(samples: readonly Sample[], most = MOST_POINTS): Group[] {
  const count = Math.min(samples.length, most);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * samples.length) / count);
    return groupOf(samples.slice(from, Math.floor(((index + 1) * samples.length) / count)));
  });
}

function groupOf(some: readonly Sample[]): Group {
  const values = some.map(({ value }) => value);
  return {
    from: some[0]?.at ?? '',
    to: some.at(-1)?.at ?? '',
    count: some.length,
    least: Math.min(...values),
    value: median(values) ?? 0,
    most: Math.max(...values),
    isBad: some.some(({ isBad }) => isBad === true),
  };
}

/** The items of each key, in the order of their first. (`Map.groupBy` is not in Node 20.) */
export function byKey<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
