import { CancelledError, messageOf } from '../base/errors.js';
import type { Finding } from '../verify/types.js';
import { analyze } from './analyze.js';
import { requireCommitted } from './committed.js';
import { compareJob } from './compare.js';
import { entriesOf, restoreTo, type Done, type Job } from './job.js';
import { inPlaceEntries } from './rows/entries.js';
import { setSequences } from './rows/set-sequences.js';
import { withoutProvided } from './provided.js';
import { requireUnchanged } from './unchanged.js';

/**
 * Restores into the target itself, in one transaction with one job: all of it, or nothing. What it needs must be there:
 * to make it first would leave it behind when the restore fails.
 * @throws UserError, the target being as it was, or where the error says that nobody knows
 */
export async function restoreInPlace(job: Job): Promise<Done> {
  const { options, plan, open, connection, target } = job;
  const { reporter } = options;
  const { database } = target;
  const how = { content: plan.content, jobs: 1, singleTransaction: true };
  const all = entriesOf(job) ?? job.toc;
  const entries =
    all === undefined
      ? undefined
      : inPlaceEntries(
          withoutProvided(all, target.existing, job.facts.present),
          plan.content,
          plan.rows?.order ?? [],
        );
  await reporter.group('Restoring', async () => {
    await requireUnchanged(job);
    const main = { ...how, ...(entries === undefined ? {} : { entries: entries.main }) };
    await restoreTo(job, database, main).catch((error: unknown) => requireCommitted(job, error));
  });
  // From here on the target is no more as it was: whatever fails is part of the result.
  const notes: string[] = [];
  const findings: Finding[] = [];
  findings.push(
    ...(await setSequences(job, entries?.values ?? []).catch((error: unknown) => [
      unfinished('the values of sequences', 'those of the backup', error),
    ])),
    ...(await reporter
      .group('Comparing', () => compareJob(job, database, { reloaded: undefined, otherwise: [] }))
      .catch((error: unknown) => [unfinished('compared with the fingerprint', 'a comparison', error)])),
  );
  if (options.signal.aborted) {
    const done = `The run was cancelled when everything was restored in database ${JSON.stringify(database)} already`;
    reporter.warn(`${done}: it stays there.`);
    notes.push(
      `${done}: it stays there. What was not compared by then was not: look at it before you use it.`,
    );
  }
  const analyzed =
    plan.target.empty &&
    (await analyze(() => open(database, 'that analyzes'), connection).then(
      () => true,
      () => false,
    ));
  if (!analyzed)
    notes.push(
      `Run ANALYZE on what was restored into ${JSON.stringify(database)}, so that queries are planned well.`,
    );
  return { database, previousDatabase: null, findings, notes };
}

/** What is restored stays, whatever became of what follows. To be told to stop is no difference. */
function unfinished(name: string, expected: string, error: unknown): Finding {
  if (error instanceof CancelledError)
    return {
      kind: 'restore',
      name,
      verdict: 'not measured',
      why: 'the run was cancelled once all was restored',
    };
  return { kind: 'restore', name, verdict: 'different', expected, found: messageOf(error) };
}
