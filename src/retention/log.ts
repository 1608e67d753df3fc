import type { Inventory } from '../backup/inventory.js';
import { logKey, LOG } from '../backup/layout.js';

/** How many days the record of a run is kept: a year, and a month to compare with the one before. */
export const LOG_DAYS = 400;

/** The newest stay, however old they are. */
const ALWAYS = 100;

/** In one run; a longer backlog is worked off by the next ones. */
const AT_ONCE = 1000;

/** What `logKey` makes. */
const KEY = new RegExp(`^[^/]+/${LOG}/\\d{8}T\\d{6}Z-[^/]+\\.json$`);

/**
 * Decides which records of runs to remove: their keys, which sort by time, oldest first. What is named otherwise pgkeep did
 * not write: it stays and does not count.
 */
export function planLog({ name, log }: Pick<Inventory, 'name' | 'log'>, now: Date): string[] {
  const cutoff = logKey(name, new Date(now.getTime() - LOG_DAYS * 24 * 3_600_000), '');
  return log
    .filter((key) => KEY.test(key))
    .slice(0, -ALWAYS)
    .filter((key) => key < cutoff)
    .slice(0, AT_ONCE);
}
