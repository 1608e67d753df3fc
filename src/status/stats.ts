import { median } from '../backup/anomaly.js';
import type { RunRecord } from '../backup/history.js';
import type { Inventory } from '../backup/inventory.js';
import { pointOf } from './health.js';
import { takenAt } from './newest.js';

const DAY_MS = 86_400_000;

/** The spans that are told of, in days. */
export const SPANS = [30, 90];

/** What became of the runs of one action in one span. */
export interface ActionStats {
  action: string;
  days: number;
  runs: number;
  failed: number;
  /** 0 to 1 */
  successRate: number;
  medianSeconds: number;
  longestSeconds: number;
}

/** What the backups of one span are like. Absent numbers were not measured. */
export interface BackupStats {
  days: number;
  count: number;
  medianBytes: number | null;
  smallestBytes: number | null;
  largestBytes: number | null;
  /** Of the newest to the oldest: 0.1 is 10 % more. */
  growth: number | null;
  medianSeconds: number | null;
}

/** Runs and backups of one family in one storage. */
export interface Stats {
  actions: ActionStats[];
  backups: BackupStats[];
}

/** Counts what the log and the manifests say. Pure. */
export function statsOf(
  { entries }: Pick<Inventory, 'entries'>,
  records: readonly RunRecord[],
  now: Date,
): Stats {
  const names = [...new Set(records.map(({ action }) => action))].sort();
  const since = (days: number): number => now.getTime() - days * DAY_MS;
  return {
    actions: names.flatMap((action) =>
      SPANS.flatMap((days) => {
        const own = records.filter(
          (record) => record.action === action && Date.parse(record.startedAt) >= since(days),
        );
        return own.length === 0 ? [] : [actionStats(action, days, own)];
      }),
    ),
    backups: SPANS.map((days) => ({
      days,
      ...backupStats(entries.filter(({ manifest }) => takenAt(manifest) >= since(days)).map(pointOf)),
    })),
  };
}

function actionStats(action: string, days: number, own: readonly RunRecord[]): ActionStats {
  const failed = own.filter(({ outcome }) => outcome === 'failure').length;
  // One that failed at once says nothing of how long the work takes; where all failed, there is nothing else.
  const done = own.filter(({ outcome }) => outcome !== 'failure');
  const seconds = (done.length > 0 ? done : own).map((record) => record.seconds);
  return {
    action,
    days,
    runs: own.length,
    failed,
    successRate: (own.length - failed) / own.length,
    medianSeconds: median(seconds) ?? 0,
    longestSeconds: Math.max(...own.map((record) => record.seconds)),
  };
}

function backupStats(
  points: readonly { bytes: number; durationSeconds: number | null }[],
): Omit<BackupStats, 'days'> {
  const bytes = points.map((point) => point.bytes);
  const [first, last] = [bytes[0] ?? 0, bytes.at(-1) ?? 0];
  const some = bytes.length > 0;
  return {
    count: bytes.length,
    medianBytes: median(bytes) ?? null,
    smallestBytes: some ? Math.min(...bytes) : null,
    largestBytes: some ? Math.max(...bytes) : null,
    growth: bytes.length < 2 || first === 0 ? null : (last - first) / first,
    medianSeconds: median(points.flatMap(({ durationSeconds }) => durationSeconds ?? [])) ?? null,
  };
}
