import type { Markup } from '../base/markup.js';
import { formatCount, plural } from '../base/units.js';
import { controlText, viewOf, type ReportView, type Row } from './report-view.js';
import { isAboutChoice, isSound } from './result.js';
import type { Finding, VerifyReport, VerifyResult } from './types.js';

/** The summary has a mebibyte; nobody reads more than this. */
const LONGEST_LIST = 200;

const HEAD = ['Compared', 'Equal', 'Different', 'Not measured'];

const cells = ({ title, equal, different, notMeasured }: Row): string[] =>
  [title, formatCount(equal), formatCount(different), formatCount(notMeasured)].map((text, index) =>
    index === 2 && different > 0 ? `**${text}**` : text,
  );

function section(
  title: string,
  head: readonly string[],
  findings: readonly Finding[],
  row: (finding: Finding) => string[],
  markup: Markup,
): string[] {
  if (findings.length === 0) return [];
  const rest = findings.length - LONGEST_LIST;
  return [
    `\n### ${title}\n\n`,
    markup.table(head, findings.slice(0, LONGEST_LIST).map(row)),
    ...(rest > 0 ? [`\n... and ${plural(rest, 'more', 'more')}; the output \`report\` has them.\n`] : []),
  ];
}

/** What was not equal, and what is known of it. */
function findings(view: Pick<ReportView, 'red' | 'minor' | 'notMeasured'>, markup: Markup): string[] {
  const shown = (text: string | undefined): string => (text === undefined ? '' : markup.code(text));
  const difference = ({ kind, name, expected, found, why }: Finding): string[] => [
    kind,
    name === '' ? '' : shown(name),
    shown(expected),
    shown(found),
    why === undefined ? '' : markup.escape(why),
  ];
  const differences = ['What', 'Name', 'Expected', 'Found', ''];
  return [
    ...section('Different', differences, view.red, difference, markup),
    ...section('Different, but no reason to fail', differences, view.minor, difference, markup),
    ...section(
      'Not measured',
      ['What', 'Name', 'Why'],
      view.notMeasured,
      ({ kind, name, why }) => [kind, name === '' ? '' : shown(name), markup.escape(why ?? '')],
      markup,
    ),
  ];
}

function nextStep(report: VerifyReport, { stored }: VerifyResult, markup: Markup): string {
  if (stored === undefined)
    return '\nThe verdict could not be stored beside the backup: `latest-verified` does not know of it.\n';
  if (report.verdict === 'passed')
    return `\nThe verdict is stored beside the backup: ${markup.code(stored)}\n`;
  if (isSound(report.findings))
    return `\n**This backup itself is sound**, and the verdict that is stored beside it says so: ${markup.code(stored)}. Make a new one now, and find out what became of the newer ones.\n`;
  return '\n**Do not rely on this backup.** Verify an older one (`before:`), make a new backup, and verify that.\n';
}

/**
 * The job summary of a verification.
 * @param namesToo false where everybody can read it: totals only, no name of anything in the database.
 */
export function verifySummary(
  result: VerifyResult,
  markup: Markup,
  { namesToo }: { namesToo: boolean },
): string {
  const { report } = result;
  const view = viewOf(report);
  // Which backup it is, and of what age, are no names out of the database.
  const open = { red: view.red.filter(isAboutChoice), minor: [], notMeasured: [] };
  const hidden = view.red.length - open.red.length + view.notMeasured.length + view.minor.length;
  const control = namesToo
    ? controlText(report)
    : controlText({ ...report, control: { ...report.control, damage: null } });
  const passed = view.without === 0 ? '✅ Verified' : '⚠️ Verified in part';
  const facts = [...view.facts, ['Control', control]].map(([title = '', text = '']) => [
    title,
    markup.escape(text),
  ]);
  const [first = [], ...rest] = facts;
  return [
    `## ${view.passed ? passed : '❌ Verification failed'}\n\n`,
    `${markup.escape(view.headline)}\n\n`,
    markup.table(first, rest),
    '\n',
    markup.table(HEAD, [...view.rows, view.total].map(cells)),
    ...findings(namesToo ? view : open, markup),
    ...(namesToo || hidden === 0
      ? []
      : [
          '\nThis repository is public, so no names of what is in the database are shown here; `pgkeep verify` on a machine of yours shows them.\n',
        ]),
    ...(report.warnings.length === 0
      ? []
      : ['\n### Take note\n\n', ...report.warnings.map((text) => `- ${markup.escape(text)}\n`)]),
    nextStep(report, result, markup),
  ].join('');
}
