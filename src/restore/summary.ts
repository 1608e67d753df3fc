import type { Markup } from '../base/markup.js';
import { formatDuration } from '../base/units.js';
import { describe, isRed } from '../verify/result.js';
import { planRows } from './plan-text.js';
import { comparedText, unmeasured, type RestoreResult } from './result.js';

/** The summary has a mebibyte; nobody reads more than this. */
const LONGEST_LIST = 50;

/** The plan is in the log. */
const IN_THE_LOG =
  'the log of the run says what they are, and since this repository is public without names: `pgkeep restore --dry-run` on a machine of yours names them';

/** What came out otherwise is in no log. */
const ON_YOUR_MACHINE =
  'this repository is public, so they are named nowhere here: the same `pgkeep restore` on a machine of yours names them';

/**
 * The job summary: what was restored where, whether it equals its fingerprint, and what to do now.
 * @param options `namesToo`: also what may name tables and roles; false where everybody can read it
 */
export function restoreSummary(
  result: RestoreResult,
  markup: Markup,
  { namesToo }: { namesToo: boolean },
): string {
  const list = (title: string, sentences: readonly string[]): string =>
    sentences.length === 0
      ? ''
      : `\n### ${title}\n\n${sentences.map((sentence) => `- ${markup.escape(sentence)}\n`).join('')}`;
  const named = (title: string, sentences: readonly string[], elsewhere: string): string =>
    namesToo
      ? list(title, sentences.slice(0, LONGEST_LIST))
      : list(title, sentences.length === 0 ? [] : [`${sentences.length}; ${elsewhere}`]);
  const { plan, findings, passedOver, notes } = result;
  return [
    `## ${title(result)}\n\n`,
    markup.table(
      ['', ''],
      rows(result).map(([name, value]) => [markup.escape(name), markup.escape(value)]),
    ),
    named('Differences', findings.filter(isRed).map(describe), ON_YOUR_MACHINE),
    named('Not measured', unmeasured(result), ON_YOUR_MACHINE),
    ...(result.outcome === 'planned'
      ? [
          named('To be confirmed', plan.unconfirmed, IN_THE_LOG),
          named('Cannot be done', plan.blockers, IN_THE_LOG),
        ]
      : []),
    list('Not the newest', passedOver),
    named('Take note', plan.warnings, IN_THE_LOG),
    list('What to do now', notes),
  ].join('');
}

function title({ outcome, plan }: RestoreResult): string {
  if (outcome === 'restored') return '✅ Backup restored';
  if (outcome === 'differs') return '❌ What was restored differs from the backup';
  return plan.blockers.length === 0 ? 'pgkeep: plan of a restore' : '❌ The restore could not be done';
}

function rows(result: RestoreResult): [string, string][] {
  const { outcome, plan, database, previousDatabase, safetyBackup, durationSeconds } = result;
  if (outcome === 'planned') return [...planRows(plan), ['Changed', 'nothing (dry-run)']];
  return [
    ...planRows(plan).filter(([name]) => !name.startsWith('Disk')),
    ['Restored into', database ?? 'nothing: the target is as it was'],
    ...(previousDatabase === null ? [] : [['The old one is now', previousDatabase] as [string, string]]),
    ['Compared', comparedText(result)],
    ...(safetyBackup === null
      ? []
      : [
          ['Safety backup', `${safetyBackup.name}/${safetyBackup.id} in ${safetyBackup.storage}`] as [
            string,
            string,
          ],
        ]),
    ['Took', formatDuration(durationSeconds)],
  ];
}
