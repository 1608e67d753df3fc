import type { Verified } from '../backup/verified.js';
import { ExplainedError, UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import type { VerifyOutput } from '../inputs/outputs.js';
import type { Finding, VerifyReport, VerifyResult } from './types.js';

/** True for what makes a verification fail. */
export function isRed({ verdict, minor }: Finding): boolean {
  return verdict === 'different' && minor !== true;
}

/**
 * Whether a finding is about which backup was verified (its age, a newer one that cannot be read) and not about what is in it.
 * It has no name out of the database in it.
 */
export function isAboutChoice({ kind }: Pick<Finding, 'kind'>): boolean {
  return kind === 'age' || kind === 'newer backup';
}

/** Whether the backup restores to what it should hold, however old it is and whatever became of newer ones. */
export function isSound(findings: readonly Finding[]): boolean {
  return !findings.some((finding) => isRed(finding) && !isAboutChoice(finding));
}

export function totalsOf(findings: readonly Finding[]): VerifyReport['totals'] {
  const count = (verdict: Finding['verdict']): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  return { equal: count('equal'), different: count('different'), notMeasured: count('not measured') };
}

/** What of a report is stored beside the backup: nothing with the name of a table in it. */
export function verifiedOf(
  report: VerifyReport,
  facts: { pgkeep: string; runUrl?: string | undefined; totals: { tables: number; rows: number } | null },
): Verified {
  return {
    version: 1,
    backupId: report.backupId,
    verdict: isSound(report.findings) ? 'passed' : 'failed',
    startedAt: report.startedAt,
    finishedAt: report.finishedAt,
    restoreSeconds: report.seconds.restore,
    compareSeconds: report.seconds.compare,
    totals: report.totals,
    tables: facts.totals?.tables ?? null,
    rows: facts.totals?.rows ?? null,
    control: report.control.outcome,
    server: report.server.scratch,
    pgkeep: facts.pgkeep,
    ...(facts.runUrl === undefined ? {} : { runUrl: facts.runUrl }),
  };
}

/** The runner takes a mebibyte of all outputs of a job. */
const LONGEST_REPORT = 400_000;

/** A report as an output can hold it: what was equal is left out where there is very much of it. */
export function fitting(report: VerifyReport): VerifyReport {
  if (JSON.stringify(report).length <= LONGEST_REPORT) return report;
  const findings: Finding[] = [];
  let length = 0;
  for (const finding of report.findings.filter(({ verdict }) => verdict !== 'equal')) {
    length += JSON.stringify(finding).length;
    if (length > LONGEST_REPORT) break;
    findings.push(finding);
  }
  return { ...report, findings };
}

/** The outputs of a verification but for its `outcome`. */
export function outputsOf({ report }: VerifyResult): Partial<Record<VerifyOutput, unknown>> {
  return {
    verified: report.verdict === 'passed',
    report: fitting(report),
    'backup-id': report.backupId,
    'restore-seconds': report.seconds.restore,
    differences: report.findings.filter(isRed).length,
  };
}

/** Everything that makes the run red, each an error to show; empty for a green run. */
export function redReasons({ report, stored }: VerifyResult): UserError[] {
  const { name, backupId, storage } = report;
  const red = report.findings.filter(isRed);
  const [first, ...others] = red.filter((finding) => !isAboutChoice(finding));
  const more = others.length > 0 ? `, and ${plural(others.length, 'more difference')}` : '';
  // Some reasons are sentences.
  const failed = (what: string): string =>
    `Backup ${name}/${backupId} did not pass verification: ${what.replace(/\.$/, '')}${more}. Do not rely on it; the report names every difference.`;
  return [
    ...(first === undefined ? [] : [new ExplainedError(failed(describe(first)), failed(first.kind))]),
    ...red.filter(isAboutChoice).map((finding) => choiceReason(report, finding)),
    ...(stored === undefined
      ? [
          new UserError(
            `The verdict on ${name}/${backupId} could not be stored in ${storage}; see the warning above.`,
          ),
        ]
      : []),
  ];
}

function choiceReason({ name, backupId, label }: VerifyReport, finding: Finding): UserError {
  if (finding.kind === 'age') {
    const { found = '', expected = '', why = '' } = finding;
    const labelled = label === null ? '' : `, label ${label}`;
    return new UserError(
      `Backup ${name}/${backupId}${labelled}, is too old: ${found} instead of ${expected}; ${why}.`,
    );
  }
  const newer = `A newer backup cannot be read, so that ${backupId} is the newest that can be restored`;
  return new ExplainedError(`${newer}. ${finding.why ?? ''}`, `${newer}: ${name}/${finding.name}.`);
}

/** One finding in words. */
export function describe({ kind, name, expected, found, why }: Finding): string {
  const thing = name === '' ? kind : `${kind} ${name}`;
  if (expected !== undefined && found !== undefined) return `${thing}: ${found} instead of ${expected}`;
  return why === undefined ? thing : `${thing}: ${why}`;
}
