import { UserError } from '../base/errors.js';
import type { StatusOutput } from '../inputs/outputs.js';
import type { DatabaseSize } from './database.js';
import { byGravity } from './rules.js';
import type { Health, Problem } from './types.js';

/** What was found: each storage by itself, and the database where it was asked. */
export interface StatusResult {
  healths: Health[];
  database: DatabaseSize | undefined;
  /** What else went wrong, such as a badge that could not be written. */
  failures: unknown[];
}

/** A problem, and where it is. */
export interface PlacedProblem extends Problem {
  /** The family; null where it is not known, or the problem is none of a family. */
  name: string | null;
  storage: string | null;
}

/** Everything that is wrong, the gravest first. */
export function allProblems({ healths, database }: StatusResult): PlacedProblem[] {
  const stored = healths.flatMap(({ name, storage, problems }) =>
    problems.map((problem) => ({ ...problem, name, storage })),
  );
  const problem = database?.problem ?? null;
  return byGravity([...stored, ...(problem === null ? [] : [{ ...problem, name: null, storage: null }])]);
}

/** Whether nothing is wrong anywhere. */
export function isHealthy(result: StatusResult): boolean {
  return allProblems(result).length === 0;
}

/** The storage whose newest backup is the oldest: the one that one would have to restore from at worst. */
export function worst({ healths }: Pick<StatusResult, 'healths'>): Health {
  const age = ({ newest }: Health): number => newest?.ageSeconds ?? Infinity;
  // There is at least one storage: the input is required.
  return healths.reduce((most, health) => (age(health) > age(most) ? health : most));
}

/** Everything that makes the run red, each an error to show; empty for a green run. */
export function redReasons(result: StatusResult): unknown[] {
  return [...allProblems(result).map(({ message }) => new UserError(message)), ...result.failures];
}

/** The outputs of a run but for its `outcome`. */
export function outputsOf(result: StatusResult): Partial<Record<StatusOutput, unknown>> {
  const { newest } = worst(result);
  return {
    healthy: isHealthy(result),
    problems: allProblems(result),
    'newest-backup-id': newest?.id ?? '',
    'age-seconds': newest?.ageSeconds ?? '',
    count: Math.min(...result.healths.map(({ count }) => count)),
    'total-bytes': result.healths.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
  };
}
