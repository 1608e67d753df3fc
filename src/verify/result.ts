import type { Verified } from '../backup/verified.js';
import { ExplainedError, UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import type { VerifyOutput } from '../inputs/outputs.js';
import type { Finding, VerifyReport, VerifyResult } from './types.js';

/** True for what makes a verification fail. */
export function isRed({ verdict, minor }: Finding): boolean {
  return verdict === 'different' && minor !== true;
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
    // A sound backup stays sound however old it is.
    verdict: report.findings.some((finding) => isRed(finding) && finding.kind !== 'age')
      ? 'failed'
      : 'passed',
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
export function redReasons({ report, stored, passedOver = [] }: VerifyResult): UserError[] {
  const red = report.findings.filter(isRed);
  const [first] = red;
  const more = red.length > 1 ? `, and ${plural(red.length - 1, 'more difference')}` : '';
  const failed = (what: string): string =>
    `Backup ${report.name}/${report.backupId} did not pass verification: ${what}${more}. Do not rely on it; the report names every difference.`;
  return [
    ...(first === undefined ? [] : [new ExplainedError(failed(describe(first)), failed(first.kind))]),
    ...(stored === undefined
      ? [
          new UserError(
            `The verdict on ${report.name}/${report.backupId} could not be stored in ${report.storage}; see the warning above.`,
          ),
        ]
      : []),
    // What was verified is sound, but it is not the newest, which nobody can restore.
    ...passedOver.map((why) => new UserError(`A newer backup is damaged: ${why}`)),
  ];
}

/** One finding in words. */
export function describe({ kind, name, expected, found, why }: Finding): string {
  const thing = name === '' ? kind : `${kind} ${name}`;
  if (expected !== undefined && found !== undefined) return `${thing}: ${found} instead of ${expected}`;
  return why === undefined ? thing : `${thing}: ${why}`;
}
