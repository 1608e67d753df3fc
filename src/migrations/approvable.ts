import type { Fact, MigrationReport } from './types.js';

/** A report that says, with the first loss, which label would accept it: only where nothing else fails the check. */
export function withApproval(report: MigrationReport, label: string | undefined): MigrationReport {
  const failing = report.facts.filter(({ fails }) => fails);
  const isApprovable = failing.every(({ kind }) => kind === 'data-loss');
  if (label === undefined || report.outcome !== 'failed' || !isApprovable) return report;
  const [first] = failing;
  const advice = `If the loss is meant, put the label ${JSON.stringify(label)} on the pull request and run this job again.`;
  const facts = report.facts.map((fact): Fact =>
    fact === first ? { ...fact, advice: [fact.advice, advice].filter(Boolean).join(' ') } : fact,
  );
  return { ...report, facts };
}
