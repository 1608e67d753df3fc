import { compareRestored, type Aspect, type CompareRequest } from '../verify/compare/index.js';
import { isRed } from '../verify/result.js';
import type { Finding } from '../verify/types.js';
import { keyOf, rowsHeld } from './archive/index.js';
import { entriesOf, jobsOf, type Job } from './job.js';

/** What is compared when only a part was restored, or the database is not one that we made. */
async function scopeOf(job: Job): Promise<Pick<CompareRequest, 'only'>> {
  const { plan, selected, staged } = job;
  const definitions: Aspect[] = ['contents', 'extensions', 'objects', 'definitions'];
  const collation: Aspect[] = plan.way === 'beside' ? ['collation'] : [];
  if (selected !== undefined || plan.content === 'data') {
    const entries = plan.content === 'schema' ? [] : (entriesOf(job) ?? job.toc ?? []);
    const held = await rowsHeld(staged, entries);
    const tables = (staged.fingerprint?.tables ?? []).filter((table) =>
      (table.partitions ?? [table]).every(({ schema, name }) => held.has(keyOf(schema, name))),
    );
    return { only: { aspects: ['tables'], tables } };
  }
  // Of a database in use the counts are of what was there, too.
  const counted = plan.target.empty ? definitions : definitions.filter((aspect) => aspect !== 'objects');
  if (plan.content === 'schema')
    return { only: { aspects: [...collation, ...(plan.way === 'in place' ? counted : definitions)] } };
  if (plan.way === 'beside') return {};
  return {
    only: {
      aspects: [...definitions, 'tables', 'sequences', 'materialized views', 'large objects'],
    },
  };
}

/**
 * Compares what was restored with the fingerprint of its backup.
 * @param reloaded the database with the definitions once more; undefined where none could be made
 * @param otherwise what the database could not have as the source's had it
 */
export async function compareJob(
  job: Job,
  database: string,
  { reloaded, otherwise }: { reloaded: string | undefined; otherwise: readonly string[] },
): Promise<Finding[]> {
  const { staged, programs, connection, open, options, toc, target, selected, plan } = job;
  if (!options.inputs.compare || staged.fingerprint === undefined) return [];
  const findings = await compareRestored({
    open: (name) => open(database, name),
    programs,
    connection,
    database,
    fingerprint: staged.fingerprint,
    manifest: staged.manifest,
    otherwise,
    omits: [
      ...(job.plan.owner ? [] : ['owners' as const]),
      ...(job.plan.privileges ? [] : ['privileges' as const]),
    ],
    jobs: jobsOf(job),
    signal: options.signal,
    ...(await scopeOf(job)),
    ...(reloaded === undefined ? {} : { reloadDatabase: reloaded }),
    ...(toc === undefined ? {} : { toc }),
  });
  // Of a part there is nothing to compare them with: a reload of it lacks what the part needs.
  if (selected !== undefined && plan.content !== 'data')
    findings.push({
      kind: 'definitions',
      name: 'of the chosen part',
      verdict: 'not measured',
      why: 'they were restored without an error, and not compared',
    });
  const before = plan.way === 'in place' ? (target.existing?.extensions ?? []) : [];
  return findings.map((finding) => (isProvided(finding, before) ? { ...finding, minor: true } : finding));
}

/** More extensions than in the backup, where some were in the target before. */
function isProvided({ kind, name, verdict, expected, found }: Finding, before: readonly string[]): boolean {
  return (
    before.length > 0 &&
    kind === 'object kind' &&
    name === 'extension' &&
    verdict === 'different' &&
    Number(found) > Number(expected)
  );
}

/** True where something differs that matters. */
export function differs(findings: readonly Finding[]): boolean {
  return findings.some(isRed);
}
