import type { Inventory } from '../backup/inventory.js';
import type { Candidate } from './types.js';

/** What the plan needs of a family's backups. */
export function candidatesOf({ entries }: Pick<Inventory, 'entries'>): Candidate[] {
  return entries.map(({ manifest, verified, storedBytes }) => ({
    id: manifest.id,
    time: new Date(manifest.snapshotAt),
    label: manifest.label ?? null,
    verified: verified?.verdict === 'passed',
    bytes: storedBytes,
  }));
}
