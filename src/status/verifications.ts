import type { Entry, Inventory } from '../backup/inventory.js';
import { formatAge, minuteOf } from '../base/units.js';
import { newestEntry, takenAt } from './newest.js';
import type { Problem, Verification } from './types.js';

/** The newest verification of each backup that has one, newest first. */
export function verificationsOf({ entries }: Pick<Inventory, 'entries'>): Verification[] {
  return entries
    .flatMap(({ manifest: { id }, verified }) =>
      verified === undefined
        ? []
        : [
            {
              id,
              verdict: verified.verdict,
              finishedAt: verified.finishedAt,
              restoreSeconds: verified.restoreSeconds,
            },
          ],
    )
    .sort((a, b) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt));
}

/** Backups that nobody has proved to restore, for longer than `maxMs`, or that were proved not to. */
export function verificationProblems(
  inventory: Pick<Inventory, 'entries'>,
  { where, now, maxMs }: { where: string; now: Date; maxMs: number },
): Problem[] {
  const [last] = verificationsOf(inventory);
  if (last === undefined) return neverVerified(inventory.entries, { where, now, maxMs });
  const newest = newestEntry(inventory);
  // A later verification of an older backup makes the newest one no better.
  const bad =
    newest?.verified?.verdict === 'failed'
      ? newest.manifest.id
      : last.verdict === 'failed'
        ? last.id
        : undefined;
  if (bad !== undefined) {
    return [
      {
        kind: 'verify-failed',
        message: `${where}: ${bad} did not pass its verification. Do not rely on it: read the report of that run, back up again and verify that.`,
      },
    ];
  }
  const age = now.getTime() - Date.parse(last.finishedAt);
  if (age <= maxMs) return [];
  return [
    {
      kind: 'verify-too-old',
      message: `${where}: the last verification was ${formatAge(age / 1000)} ago, on ${minuteOf(last.finishedAt)}; at most ${formatAge(maxMs / 1000)} are allowed (max-verify-age). Look for failed or missing runs of verify, and run it.`,
    },
  ];
}

/** A family that is younger than the limit need not have been verified yet. */
function neverVerified(
  entries: readonly Entry[],
  { where, now, maxMs }: { where: string; now: Date; maxMs: number },
): Problem[] {
  const oldest = Math.min(...entries.map(({ manifest }) => takenAt(manifest)));
  const age = now.getTime() - oldest;
  if (entries.length === 0 || age <= maxMs) return [];
  return [
    {
      kind: 'never-verified',
      message: `${where}: no backup was ever verified, and the oldest is ${formatAge(age / 1000)} old. Run verify with this storage, since a verdict counts only for the copy that was read; nothing else shows that backups restore.`,
    },
  ];
}
