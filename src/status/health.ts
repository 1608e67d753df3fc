import type { RunRecord } from '../backup/history.js';
import type { Entry } from '../backup/inventory.js';
import { totalBytes, type Manifest } from '../backup/manifest.js';
import { formatBytes, plural } from '../base/units.js';
import { planOrphans } from '../retention/orphans.js';
import { newestEntry, takenAt } from './newest.js';
import { findProblems, oldOrphans, type Findings } from './rules.js';
import type { Health, Limits, Point, Problem } from './types.js';
import { verificationsOf } from './verifications.js';

/** How many backups the trend shows. */
const TREND = 30;

/** How many verifications are told of. */
const VERIFICATIONS = 5;

/** How far back runs in the log count. */
export const RUNS_DAYS = 30;

/** How one family is in one storage. Pure. */
export function healthOf(findings: Findings, limits: Limits): Health {
  const { inventory, records, storage, now } = findings;
  const problems = findProblems(findings, limits);
  const newest = newestEntry(inventory);
  const verifications = verificationsOf(inventory);
  return {
    name: inventory.name,
    storage,
    at: now.toISOString(),
    healthy: problems.length === 0,
    problems,
    newest:
      newest === undefined
        ? null
        : {
            ...pointOf(newest),
            ageSeconds: Math.max(0, Math.round((now.getTime() - takenAt(newest.manifest)) / 1000)),
          },
    count: inventory.entries.length,
    totalBytes: inventory.totalBytes,
    lastVerification: verifications[0] ?? null,
    verifications: verifications.slice(0, VERIFICATIONS),
    trend: inventory.entries.slice(-TREND).map(pointOf),
    runs: runsOf(records),
    notes: notesOf(findings),
  };
}

/** A storage of which only that is known which is wrong. */
export function unknownHealth(storage: string, name: string | null, problem: Problem, now: Date): Health {
  return {
    name,
    storage,
    at: now.toISOString(),
    healthy: false,
    problems: [problem],
    newest: null,
    count: 0,
    totalBytes: 0,
    lastVerification: null,
    verifications: [],
    trend: [],
    runs: { total: 0, failed: 0 },
    notes: [],
  };
}

/** One backup, as the trend has it. */
export function pointOf({ manifest, verified }: Entry): Point {
  return {
    id: manifest.id,
    snapshotAt: manifest.snapshotAt,
    bytes: totalBytes(manifest),
    databaseBytes: manifest.databaseBytes,
    rows: manifest.totals?.rows ?? null,
    durationSeconds: durationOf(manifest),
    verdict: verified?.verdict ?? null,
  };
}

function durationOf({ startedAt, finishedAt, source }: Manifest): number | null {
  if (source.imported !== undefined) return null;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return Number.isNaN(seconds) ? 0 : Math.max(0, seconds);
}

function runsOf(records: readonly RunRecord[]): Health['runs'] {
  const runs = records.filter(({ action }) => action !== 'status');
  return { total: runs.length, failed: runs.filter(({ outcome }) => outcome === 'failure').length };
}

function notesOf({ inventory, now }: Findings): string[] {
  const { count, bytes } = oldOrphans(inventory, now);
  const left = `${plural(count, 'folder')} that killed runs left (${formatBytes(bytes)}); prune removes them.`;
  return [...(count === 0 ? [] : [left]), ...planOrphans({ inventory, now }).notes];
}
