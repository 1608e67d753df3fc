import { ExplainedError, type UserError } from '../base/errors.js';
import { printable, printableLine } from '../base/text.js';
import { formatDuration, plural } from '../base/units.js';
import type { RestoreOutput } from '../inputs/outputs.js';
import { describe, isRed } from '../verify/result.js';
import type { Finding, VerifyReport } from '../verify/types.js';
import { planText } from './plan-text.js';
import type { RestorePlan } from './plan.js';
import { refusal } from './refusal.js';
import type { SafetyBackup } from './safety.js';

export interface RestoreResult {
  /** `planned`: nothing was to be done (`dry-run`); `differs`: what was restored is not what the backup should hold. */
  outcome: 'restored' | 'differs' | 'planned';
  plan: RestorePlan;
  /** The database that holds what the backup held; null where it was not put into place. */
  database: string | null;
  /** What the database that was there before is called now. */
  previousDatabase: string | null;
  /** Whether it equals the fingerprint; null where that was not compared. */
  matches: boolean | null;
  totals: VerifyReport['totals'];
  /** All that is not equal. */
  findings: Finding[];
  safetyBackup: SafetyBackup | null;
  /** With `backup: latest`: what is newer and could not be restored, a sentence or more each. */
  passedOver: string[];
  /** What is to be known or done now. */
  notes: string[];
  durationSeconds: number;
}

/** Whether it matches, as outputs and people are told. */
export function matchesText({ matches }: Pick<RestoreResult, 'matches'>): string {
  return matches === null ? 'not compared' : String(matches);
}

/** The outputs of a restore but for its `outcome`. */
export function outputsOf(result: RestoreResult): Partial<Record<RestoreOutput, unknown>> {
  return {
    'backup-id': result.plan.backup.id,
    'restored-database': result.database,
    'previous-database': result.previousDatabase,
    'duration-seconds': result.durationSeconds,
    matches: matchesText(result),
  };
}

/** Everything that makes the run red, each an error to show; empty for a green run. */
export function redReasons({ outcome, plan, findings, database }: RestoreResult): UserError[] {
  if (outcome === 'planned')
    return plan.blockers.map((blocker) => refusal(`The restore could not be done. ${blocker}`));
  const red = findings.filter(isRed);
  const [first] = red;
  if (first === undefined) return [];
  const more = red.length > 1 ? `, and ${plural(red.length - 1, 'more difference')}` : '';
  const name = JSON.stringify(plan.target.database);
  const differs = (what: string): string =>
    `What was restored is not what backup ${plan.backup.name}/${plan.backup.id} should hold: ${what}${more}. ` +
    (database === null
      ? `Database ${name} is as it was, and the restored copy was dropped. Choose another backup, or set compare: false to have it all the same.`
      : `It stays in database ${name}: look at it before you use it.`);
  return [new ExplainedError(differs(describe(first)), differs(first.kind))];
}

/** How many things were equal, in words. */
export function comparedText({ matches, totals }: Pick<RestoreResult, 'matches' | 'totals'>): string {
  return matches === null
    ? 'not compared'
    : `${plural(totals.equal, 'thing')} equal, ${totals.different} different, ${totals.notMeasured} not measured`;
}

/** What nobody knows to be equal, a sentence each; the first of many. */
export function unmeasured({ findings }: Pick<RestoreResult, 'findings'>): string[] {
  return findings
    .flatMap((finding) => (finding.verdict === 'not measured' ? [describe(finding)] : []))
    .slice(0, MOST_UNMEASURED);
}

const MOST_UNMEASURED = 50;

/** A list longer than this is cut: a database without a single table as it should be. */
const LONGEST_LIST = 500;

function differenceLines(red: readonly Finding[]): string[] {
  const rest = red.length - LONGEST_LIST;
  return [
    ...red.slice(0, LONGEST_LIST).map((finding) => `  ${describe(finding)}`),
    ...(rest > 0 ? [`  ... and ${plural(rest, 'more', 'more')}; --json shows them all.`] : []),
  ];
}

/**
 * A result for a terminal or a log.
 * @param options `namesToo`: also what differs, by name; false where everybody can read it
 */
export function resultText(result: RestoreResult, { namesToo }: { namesToo: boolean }): string {
  const { outcome, plan, database, safetyBackup, passedOver, notes, durationSeconds } = result;
  const { backup, target } = plan;
  const newer = passedOver.map((why) => `Not the newest: ${why}`);
  if (outcome === 'planned')
    return printable([planText(plan, { namesToo }), ...newer, 'Nothing was changed (dry-run).\n'].join('\n'));
  const what = `${backup.name}/${backup.id}`;
  const lines = [
    database === null
      ? `${what} was not put into place: database ${JSON.stringify(target.database)} is as it was.`
      : `${what} is restored in database ${JSON.stringify(database)}, in ${formatDuration(durationSeconds)}.`,
    `Compared with its fingerprint: ${comparedText(result)}.`,
    ...(namesToo ? differenceLines(result.findings.filter(isRed)) : []),
    ...(namesToo ? unmeasured(result).map((sentence) => `Not measured: ${sentence}`) : []),
    ...(safetyBackup === null
      ? []
      : [`Safety backup: ${safetyBackup.name}/${safetyBackup.id} in ${safetyBackup.storage}.`]),
    ...newer,
    ...notes,
  ];
  return lines.map((line) => `${printableLine(line)}\n`).join('');
}
