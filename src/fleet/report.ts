import type { FleetInputs } from '../inputs/values.js';

/** How a job ended, as GitHub says it. */
export const OUTCOMES = ['success', 'failure', 'cancelled', 'skipped'] as const;

export type LegOutcome = (typeof OUTCOMES)[number];

/** What one job of the fleet says of its database; null for what it does not know. */
export interface LegReport {
  database: string;
  outcome: LegOutcome;
  backup: string | null;
  bytes: number | null;
  rows: number | null;
  seconds: number | null;
  error: string | null;
}

/** What the report of a job is called among the artifacts of its run. Each attempt makes its own: none can be replaced. */
export function reportName(id: string, database: string, attempt: number): string {
  return `pgkeep-fleet.${id}.${database}.${attempt}.json`;
}

type Reported = Pick<
  FleetInputs,
  'database' | 'outcome' | 'backupId' | 'bytes' | 'rows' | 'durationSeconds' | 'error'
>;

/** The report of a job, of what its workflow passes on. */
export function reportOf(inputs: Reported): LegReport {
  return understood({
    database: inputs.database,
    outcome: inputs.outcome,
    backup: inputs.backupId,
    bytes: numberOf(inputs.bytes),
    rows: numberOf(inputs.rows),
    seconds: numberOf(inputs.durationSeconds),
    error: inputs.error,
  });
}

function numberOf(text: string | undefined): number | null {
  const value = Number(text ?? NaN);
  return Number.isFinite(value) ? value : null;
}

/** What a job wrote. What is not understood of it counts as not known, and an outcome that is not, as a failure. */
export function parseReport(json: string): LegReport {
  try {
    return understood(JSON.parse(json));
  } catch {
    return understood({});
  }
}

function understood(value: unknown): LegReport {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const text = (name: string): string | null => {
    const found = given[name];
    return typeof found === 'string' && found !== '' ? found : null;
  };
  const number = (name: string): number | null => {
    const found = given[name];
    return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : null;
  };
  return {
    database: text('database') ?? '',
    outcome: OUTCOMES.find((known) => known === given['outcome']) ?? 'failure',
    backup: text('backup'),
    bytes: number('bytes'),
    rows: number('rows'),
    seconds: number('seconds'),
    error: text('error'),
  };
}
