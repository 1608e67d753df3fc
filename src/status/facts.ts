import { formatAge, formatBytes, formatCount, formatDuration, minuteOf, plural } from '../base/units.js';
import type { DatabaseSize } from './database.js';
import { RUNS_DAYS } from './health.js';
import type { Health, Verification } from './types.js';

/** What a reader wants to know of a family in one storage: a title and a text each. Nothing where nothing is known. */
export function factsOf(health: Health, database: DatabaseSize | undefined): [string, string][] {
  if (health.problems.some(({ kind }) => kind === 'storage-unreadable')) return [];
  const { newest, count, totalBytes, lastVerification, runs } = health;
  const rows = newest?.rows ?? null;
  const seconds = newest?.durationSeconds ?? null;
  return [
    ...(newest === null
      ? [['Newest backup', 'none'] as [string, string]]
      : ([
          ['Newest backup', `${newest.id}, ${formatAge(newest.ageSeconds)} old`],
          ['Size', formatBytes(newest.bytes)],
          ['Rows', rows === null ? 'not counted' : formatCount(rows)],
          ['Duration', seconds === null ? 'not known: imported' : formatDuration(seconds)],
        ] as [string, string][])),
    ['Backups', `${formatCount(count)}, ${formatBytes(totalBytes)} in all`],
    ['Last verification', lastVerification === null ? 'none' : verificationText(lastVerification, health.at)],
    [`Runs in ${RUNS_DAYS} days`, `${plural(runs.total, 'run')}, ${formatCount(runs.failed)} failed`],
    ...(database === undefined ? [] : [['Database', databaseText(database)] as [string, string]]),
  ];
}

function verificationText({ id, verdict, finishedAt, restoreSeconds }: Verification, at: string): string {
  const ago = formatAge((Date.parse(at) - Date.parse(finishedAt)) / 1000);
  return `${verdict} ${ago} ago (${minuteOf(finishedAt)}): ${id}, restored in ${formatDuration(restoreSeconds)}`;
}

function databaseText({ bytes, limit }: DatabaseSize): string {
  return bytes === null ? 'not known' : `${formatBytes(bytes)} of at most ${formatBytes(limit)}`;
}

/** `shop in s3://bucket/prefix` */
export function whereOf({ name, storage }: Pick<Health, 'name' | 'storage'>): string {
  return name === null ? storage : `${name} in ${storage}`;
}
