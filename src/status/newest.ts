import type { Entry, Inventory } from '../backup/inventory.js';
import type { Manifest } from '../backup/manifest.js';

/**
 * When what a backup holds was true: its snapshot's time is that of the server's clock; one that is ahead makes no backup
 * younger than its end was by the clock of the run.
 */
export function takenAt({ snapshotAt, finishedAt }: Pick<Manifest, 'snapshotAt' | 'finishedAt'>): number {
  const [snapshot, finish] = [Date.parse(snapshotAt), Date.parse(finishedAt)];
  return Number.isNaN(finish) ? snapshot : Math.min(snapshot, finish);
}

/** The backup that holds the newest data. A snapshot that a wrong clock put into the future is not the newest for ever. */
export function newestEntry({ entries }: Pick<Inventory, 'entries'>): Entry | undefined {
  return entries.reduce<Entry | undefined>(
    (newest, entry) =>
      newest === undefined || takenAt(entry.manifest) >= takenAt(newest.manifest) ? entry : newest,
    undefined,
  );
}
