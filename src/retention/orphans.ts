import { idTime } from '../backup/id.js';
import type { Inventory, Orphan } from '../backup/inventory.js';
import { formatBytes, plural } from '../base/units.js';

/** A run that is still at work has written something more recently, or has begun more recently. */
const ORPHAN_MS = 24 * 3_600_000;

/** How many foreign objects a note names. */
const NAMED = 5;

export interface OrphanPlan {
  /** Folders without a manifest that began, and whose newest object was written, before `cutoff`. */
  remove: Orphan[];
  cutoff: Date;
  /** What stays although it is no backup, a sentence each. */
  notes: string[];
}

/**
 * Decides what of killed runs to remove. Only folders named like a backup; what else lies in the family's place is not
 * ours and is left alone. Both clocks must agree, the store's and the one that the id was made by.
 */
export function planOrphans({
  inventory: { name, orphans, foreign },
  now,
}: {
  inventory: Pick<Inventory, 'name' | 'orphans' | 'foreign'>;
  now: Date;
}): OrphanPlan {
  const cutoff = new Date(now.getTime() - ORPHAN_MS);
  const remove = orphans.filter(({ id, newest }) => isOld(idTime(id), cutoff) && isOld(newest, cutoff));
  const young = orphans.length - remove.length;
  const notes: string[] = [];
  if (young > 0)
    notes.push(
      `${plural(young, 'folder')} in ${name}/ without a manifest: of a run that is at work or was killed less than a day ago.`,
    );
  if (foreign.length > 0) {
    const bytes = foreign.reduce((sum, object) => sum + object.bytes, 0);
    const keys = foreign.slice(0, NAMED).map(({ key }) => key);
    const more = foreign.length > NAMED ? ', ...' : '.';
    notes.push(
      `${plural(foreign.length, 'object')} in ${name}/ that pgkeep did not write (${formatBytes(bytes)}), left alone: ${keys.join(', ')}${more}`,
    );
  }
  return { remove, cutoff, notes };
}

/** A store that does not tell when it got an object gives the year 1970, an impossible id no time at all. */
export function isOld(time: Date, cutoff: Date): boolean {
  return time.getTime() > 0 && time.getTime() < cutoff.getTime();
}
