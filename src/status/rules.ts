import { eldersOf, sizeChanges } from '../backup/anomaly.js';
import type { RunRecord } from '../backup/history.js';
import type { Inventory } from '../backup/inventory.js';
import { formatAge, formatBytes, plural } from '../base/units.js';
import { planOrphans } from '../retention/orphans.js';
import { clockSkew } from './clock.js';
import { failedRuns } from './failed-runs.js';
import { newestEntry, takenAt } from './newest.js';
import type { Limits, Problem, ProblemKind } from './types.js';
import { verificationProblems } from './verifications.js';

/** How many ids a message names. */
const NAMED = 3;

/** What killed runs left behind weighs too much when it is more than this share of all. */
const ORPHAN_SHARE = 0.1;

/** The gravest first: what would be lost, then what may be, then what is untidy. */
const GRAVITY: readonly ProblemKind[] = [
  'no-backup',
  'storage-unreadable',
  'too-old',
  'verify-failed',
  'never-verified',
  'verify-too-old',
  'unreadable',
  'size-change',
  'failed-runs',
  'clock-skew',
  'database-limit',
  'database-unreadable',
  'storage-limit',
  'orphans',
];

/** Problems, the gravest first. */
export function byGravity<P extends Pick<Problem, 'kind'>>(problems: readonly P[]): P[] {
  return [...problems].sort((a, b) => GRAVITY.indexOf(a.kind) - GRAVITY.indexOf(b.kind));
}

/** What a storage holds of one family, and when that is looked at. */
export interface Findings {
  inventory: Inventory;
  /** Of the last weeks, oldest first. */
  records: readonly RunRecord[];
  /** The storage's URL. */
  storage: string;
  now: Date;
}

/** All that is wrong with one family in one storage, the gravest first. */
export function findProblems(findings: Findings, limits: Limits): Problem[] {
  const { inventory, records, storage, now } = findings;
  const where = `${inventory.name} in ${storage}`;
  return byGravity([
    ...age(findings, where, limits.maxAgeMs),
    ...verificationProblems(inventory, { where, now, maxMs: limits.maxVerifyAgeMs }),
    ...sizeChange(inventory, where, limits.maxSizeChange),
    ...storageLimit(inventory, where, limits.maxStorageBytes),
    ...failedRuns(records, where),
    ...unreadable(inventory, where),
    ...orphans(inventory, where, now),
    ...clockSkew(inventory, records, { where, now }),
  ]);
}

function age({ inventory, now }: Findings, where: string, maxMs: number): Problem[] {
  const newest = newestEntry(inventory);
  if (newest === undefined) {
    return [
      {
        kind: 'no-backup',
        message: `There is no backup of ${where}. Run the backup, and check name and storage.`,
      },
    ];
  }
  const ms = now.getTime() - takenAt(newest.manifest);
  if (ms <= maxMs) return [];
  return [
    {
      kind: 'too-old',
      message: `${where}: the newest backup, ${newest.manifest.id}, is ${formatAge(ms / 1000)} old; at most ${formatAge(maxMs / 1000)} are allowed (max-age). Look for failed or missing runs of the backup workflow (GitHub switches schedules off in repositories without activity), and run it.`,
    },
  ];
}

function sizeChange(inventory: Inventory, where: string, most: number | undefined): Problem[] {
  const newest = newestEntry(inventory);
  if (most === undefined || newest === undefined) return [];
  const { manifest } = newest;
  const backups = inventory.entries.map((entry) => entry.manifest);
  const changes = sizeChanges(manifest, eldersOf(manifest, backups), most);
  if (changes.length === 0) return [];
  return [
    {
      kind: 'size-change',
      message: `${where}: the newest backup, ${manifest.id}, is not like those before it. ${changes.join(' ')} Look at what happened to the database; if it is meant, this ends by itself after a few backups.`,
    },
  ];
}

function storageLimit({ totalBytes }: Inventory, where: string, most: number | undefined): Problem[] {
  if (most === undefined || totalBytes <= most) return [];
  return [
    {
      kind: 'storage-limit',
      message: `${where} takes ${formatBytes(totalBytes)}; at most ${formatBytes(most)} are allowed (max-storage-bytes). Keep fewer backups (the keep- inputs), or raise the limit.`,
    },
  ];
}

function unreadable({ unreadable: found }: Inventory, where: string): Problem[] {
  if (found.length === 0) return [];
  const ids = found.slice(-NAMED).map(({ id }) => id);
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
  const manifests = found.length === 1 ? 'The manifest' : `${found.length} manifests`;
  return [
    {
      kind: 'unreadable',
      message: `${where}: ${manifests} of ${ids.join(', ')}${more} cannot be read. ${found.at(-1)?.reason ?? ''} Find out who altered the storage, or take a newer pgkeep; delete what cannot be saved.`,
    },
  ];
}

function orphans(inventory: Inventory, where: string, now: Date): Problem[] {
  const { count, bytes } = oldOrphans(inventory, now);
  if (bytes <= ORPHAN_SHARE * inventory.totalBytes) return [];
  return [
    {
      kind: 'orphans',
      message: `${where}: ${plural(count, 'folder')} that killed runs left weigh ${formatBytes(bytes)}, more than a tenth of all. Run prune, which removes them, and find out what kills the runs (timeout-minutes, disk, memory).`,
    },
  ];
}

/** What killed runs left more than a day ago. */
export function oldOrphans(inventory: Inventory, now: Date): { count: number; bytes: number } {
  const { remove } = planOrphans({ inventory, now });
  return { count: remove.length, bytes: remove.reduce((sum, { bytes }) => sum + bytes, 0) };
}
