import { availableParallelism } from 'node:os';
import { UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import { withStartupSettings } from '../postgres/connection/startup.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Finding } from '../verify/types.js';
import { restoreInto, type Selected } from './archive/index.js';
import type { Connected } from './connect.js';
import type { PlanFacts, RestorePlan } from './plan.js';
import type { RestoreOptions } from './run-options.js';
import { SILENT, writeSettings } from './target/startup.js';
import type { RestoreError, StagedBackup } from './types.js';

/** A restore that was planned and may go on. */
export interface Job extends Connected {
  options: RestoreOptions;
  plan: RestorePlan;
  /** What the plan was made from. */
  facts: PlanFacts;
  staged: StagedBackup;
  toc: readonly TocEntry[] | undefined;
  selected: Selected | undefined;
}

/** What became of it. */
export interface Done {
  /** Null where what was restored was not put into place. */
  database: string | null;
  /** What the old database is called now. */
  previousDatabase: string | null;
  findings: Finding[];
  /** What the user should know or do now. */
  notes: string[];
}

/** How many things are restored at the same time. */
export function jobsOf({ options, staged }: Pick<Job, 'options' | 'staged'>): number {
  if (staged.format === 'plain') return 1;
  const { jobs } = options.inputs;
  return jobs === 'auto' ? availableParallelism() : jobs;
}

/** What is restored, where it is not all: in a database of its own with what the chosen entries need. */
export function entriesOf({ selected, toc, plan }: Pick<Job, 'selected' | 'toc' | 'plan'>) {
  if (selected === undefined) return undefined;
  if (plan.way === 'in place' || plan.content === 'data') return selected.entries;
  const ids = new Set([...selected.entries, ...selected.needs].map(({ dumpId }) => dumpId));
  return (toc ?? []).filter(({ dumpId }) => ids.has(dumpId));
}

/**
 * Restores into a database that is there.
 * @throws StatementsFailed when anything failed that matters; UserError when the session ended
 */
export async function restoreTo(
  job: Job,
  database: string,
  how: {
    content: RestorePlan['content'];
    jobs: number;
    singleTransaction: boolean;
    quiet?: boolean;
    /** What has become of the target when something failed; absent: nothing. */
    otherwise?: string;
    /** Absent: those of the job. */
    entries?: readonly TocEntry[];
  },
): Promise<void> {
  const { options, staged, programs, plan } = job;
  const { entries = entriesOf(job) } = how;
  const settings = {
    ...(await writeSettings(job.open, database, job.connection)),
    ...(plan.rows?.silent === true ? Object.fromEntries([SILENT]) : {}),
  };
  const connection =
    Object.keys(settings).length === 0 ? job.connection : withStartupSettings(job.connection, settings);
  const { errors } = await restoreInto({
    archive: staged,
    programs,
    connection,
    database,
    jobs: how.jobs,
    content: how.content,
    owner: plan.owner,
    privileges: plan.privileges,
    withoutDefaultsOf: plan.withoutDefaultsOf,
    singleTransaction: how.singleTransaction,
    neutralised: false,
    estimatedBytes: staged.manifest.databaseBytes,
    reporter: options.reporter,
    signal: options.signal,
    ...(entries === undefined ? {} : { entries }),
  });
  const serious = errors.filter(({ harmless }) => harmless === undefined);
  if (serious.length > 0) throw failed(serious, how.otherwise ?? 'The target is as it was.');
  if (how.quiet === true) return;
  for (const { message, harmless } of errors) options.reporter.info(`${message}: ${harmless ?? ''}`);
}

/** Statements failed, and the session lived on: what its transaction did is undone. */
export class StatementsFailed extends UserError {}

const SHOWN = 5;

function failed(errors: readonly RestoreError[], target: string): StatementsFailed {
  const lines = errors
    .slice(0, SHOWN)
    .map(({ message, entry }) => `  ${entry === undefined ? '' : `${entry}: `}${message}`);
  const rest = errors.length - SHOWN;
  return new StatementsFailed(
    [
      `The backup did not restore: ${plural(errors.length, 'error')}. ${target}`,
      ...lines,
      ...(rest > 0 ? [`  and ${rest} more`] : []),
    ].join('\n'),
  );
}
