import type { TocEntry } from '../../postgres/toc.js';
import type { Finding } from '../../verify/types.js';
import { sequenceValuesIn } from '../archive/index.js';
import { restoreTo, type Job } from '../job.js';
import { inSession } from '../target/server.js';
import { meetSequences, namesOf } from './sequences.js';

/**
 * Sets sequences that were in the target before to the values of the archive, but for those that are further on by now.
 * Rows that need them are committed, so it is done also when the run is cancelled meanwhile: it takes a moment.
 * @returns the sequences that were left where they are
 * @throws StatementsFailed when one could not be set; the others are
 */
export async function setSequences(job: Job, values: readonly TocEntry[]): Promise<Finding[]> {
  if (values.length === 0) return [];
  const { clean, connection, staged, target, plan, options } = job;
  const archived = await sequenceValuesIn(staged, values);
  const { further } = await inSession(
    () => clean(target.database, 'that looks at sequences'),
    'Looking at the sequences of the target',
    connection,
    (psql) => meetSequences(psql, archived),
  );
  const kept = new Set(further.map(({ dumpId }) => dumpId));
  const uncancelled = { ...job, open: clean, options: { ...options, signal: new AbortController().signal } };
  await restoreTo(uncancelled, target.database, {
    content: plan.content,
    jobs: 1,
    // No transaction takes a value back: where one fails, the others shall be set.
    singleTransaction: false,
    entries: values.filter(({ dumpId }) => !kept.has(dumpId)),
    otherwise: 'All else is restored.',
  });
  return namesOf(further).map((name) => ({
    kind: 'sequence',
    name,
    verdict: 'not measured',
    why: 'it is further on in the target than in the backup, so it was left where it is',
  }));
}
