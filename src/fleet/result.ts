import { UserError } from '../base/errors.js';
import type { LegOutcome, LegReport } from './report.js';

/** What became of a database: what its job reported, or that it did not. */
export interface LegResult extends Omit<LegReport, 'outcome'> {
  outcome: LegOutcome | 'unknown';
}

/** What became of a whole fleet. */
export interface FleetResult {
  legs: LegResult[];
  /** What is wrong although every job reported success. */
  beside: string | undefined;
}

const SILENT =
  'there is no report of its job: it was cancelled or killed, could not begin, or could not report. Its page in this run says more';

/**
 * Puts the reports together. Green is what GitHub calls a success, which it says of a matrix only when each of its jobs
 * was one: a report that got lost does not make it red. Without GitHub's word every report must be there.
 * @param reports what each database's job wrote; undefined where it wrote nothing
 * @param matrix how GitHub says that all of them together ended
 */
export function fleetResult(
  reports: ReadonlyMap<string, LegReport | undefined>,
  matrix: LegOutcome | undefined,
): FleetResult {
  const legs = [...reports].map(([database, report]): LegResult => {
    if (report !== undefined) return { ...report, database };
    const nothing = { backup: null, bytes: null, rows: null, seconds: null };
    return matrix === 'success'
      ? { database, outcome: 'success', ...nothing, error: null }
      : { database, outcome: 'unknown', ...nothing, error: SILENT };
  });
  const beside =
    matrix !== undefined && matrix !== 'success' && failedOf(legs).length === 0
      ? `Every database reported success, and GitHub says "${matrix}" of their jobs: one of them went wrong after its report, or was started again and did not end. Look at the jobs of this run.`
      : undefined;
  return { legs, beside };
}

/** What did not end well. */
export function failedOf(legs: readonly LegResult[]): LegResult[] {
  return legs.filter(({ outcome }) => outcome !== 'success');
}

/** Why a database is not well, in one sentence. */
export function reasonOf({ outcome, error }: LegResult): string {
  if (error !== null) return error;
  return outcome === 'cancelled' ? 'its job was cancelled' : 'its job failed, and its log says why';
}

/** Everything that makes the run red; empty for a green one. */
export function redReasons({ legs, beside }: FleetResult): UserError[] {
  return [
    ...failedOf(legs).map((leg) => new UserError(`${leg.database}: ${reasonOf(leg)}`)),
    ...(beside === undefined ? [] : [new UserError(beside)]),
  ];
}
