import { idTime } from '../backup/id.js';
import type { Entry, Inventory } from '../backup/inventory.js';
import type { Manifest } from '../backup/manifest.js';

/**
 * When what a backup holds was true, in milliseconds: its snapshot's time is that of the server's clock; one that is ahead
 * makes no backup younger than its end was by the clock of the run. A manifest without times has its id.
 */
export function takenAt({
  id,
  snapshotAt,
  finishedAt,
}: Pick<Manifest, 'id' | 'snapshotAt' | 'finishedAt'>): number {
  const times = [snapshotAt, finishedAt]
    .map((time) => Date.parse(time))
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? idTime(id).getTime() : Math.min(...times);
}

/** The backup that holds the newest data. A snapshot that a wrong clock put into the future is not the newest for ever. */
export function newestEntry({ entries }: Pick<Inventory, 'entries'>): Entry | undefined {
  return entries.reduce<Entry | undefined>(
    (newest, entry) =>
      newest === undefined || takenAt(entry.manifest) >= takenAt(newest.manifest) ? entry : newest,
    undefined,
  );
}
