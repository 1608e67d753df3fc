import { ExplainedError, messageOf, UserError } from '../base/errors.js';
import { pruneProblems, type Pruned } from '../retention/prune.js';
import { totalBytes } from './manifest.js';
import type { BackupResult } from './types.js';

/** What a run did: the backups that were published, and the databases that have none. */
export interface RunResult {
  results: BackupResult[];
  failures: { database: string; error: unknown }[];
  /** What the `keep-` inputs removed, of each family in each store; nothing unless all went well before. */
  pruned: Pruned[];
  /** Why old backups could not be removed. */
  pruneFailures: unknown[];
}

/** Everything that makes the run red, each an error to show; empty for a green run. */
export function redReasons({ results, failures, pruned, pruneFailures }: RunResult): unknown[] {
  const alone = results.length + failures.length === 1;
  return [
    ...results.flatMap(({ problems }) => problems.map((problem) => new UserError(problem))),
    ...failures.map(({ database, error }) => (alone ? error : inDatabase(database, error))),
    ...pruned.flatMap(pruneProblems).map((problem) => new UserError(problem)),
    ...pruneFailures,
  ];
}

function inDatabase(database: string, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const told = (reason: string): string => `Database ${JSON.stringify(database)}: ${reason}`;
  const options = { cause: error.cause };
  return error instanceof ExplainedError
    ? new ExplainedError(told(messageOf(error)), told(error.anonymous), options)
    : new UserError(told(messageOf(error)), options);
}

/** Sums over all backups of a run; null where one of them does not know. */
export interface Totals {
  bytes: number;
  databaseBytes: number | null;
  rows: number | null;
  seconds: number;
}

export function totalsOf(results: readonly BackupResult[]): Totals {
  const sum = (values: (number | null | undefined)[]): number | null =>
    values.reduce<number | null>(
      (total, value) => (total === null || value === null || value === undefined ? null : total + value),
      0,
    );
  return {
    bytes: results.reduce((total, { manifest }) => total + totalBytes(manifest), 0),
    databaseBytes: sum(results.map(({ manifest }) => manifest.databaseBytes)),
    rows: sum(results.map(({ manifest }) => manifest.totals?.rows)),
    seconds: results.reduce((total, { durationSeconds }) => total + durationSeconds, 0),
  };
}
