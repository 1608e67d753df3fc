import { renderTable, type Column } from '../base/table.js';
import { printableLine } from '../base/text.js';
import { formatCount, plural } from '../base/units.js';
import { controlText, viewOf, type Row } from './report-view.js';
import type { Finding, VerifyReport } from './types.js';

export interface TextOptions {
  /** Colours text where that is wanted; what it is given has no control characters. */
  paint: (text: string, style: 'bold' | 'dim' | 'red' | 'green' | 'yellow') => string;
  /** Columns of the terminal; undefined: as wide as it takes. */
  width: number | undefined;
}

/** A list longer than this is cut, with how many more there are: a database without a single table as it should be. */
const LONGEST_LIST = 500;

const COLUMNS: Column[] = [
  { title: 'COMPARED', shrinks: true },
  { title: 'EQUAL', align: 'right' },
  { title: 'DIFFERENT', align: 'right' },
  { title: 'NOT MEASURED', align: 'right' },
];

function cells({ title, equal, different, notMeasured }: Row): string[] {
  return [title, formatCount(equal), formatCount(different), formatCount(notMeasured)];
}

const titleOf = ({ kind, name }: Finding): string => printableLine(name === '' ? kind : `${kind} ${name}`);

function difference(finding: Finding, paint: TextOptions['paint']): string {
  const { expected, found, why } = finding;
  const lines = [
    ...(expected === undefined ? [] : [`    expected  ${printableLine(expected)}`]),
    ...(found === undefined ? [] : [`    found     ${printableLine(found)}`]),
    ...(why === undefined ? [] : [`    ${paint(printableLine(why), 'dim')}`]),
  ];
  return [`  ${titleOf(finding)}`, ...lines].map((line) => `${line}\n`).join('');
}

function unmeasured(finding: Finding, paint: TextOptions['paint']): string {
  const { why } = finding;
  return `  ${titleOf(finding)}${why === undefined ? '' : paint(`: ${printableLine(why)}`, 'dim')}\n`;
}

function section(
  title: string,
  findings: readonly Finding[],
  show: (finding: Finding) => string,
): readonly string[] {
  if (findings.length === 0) return [];
  const rest = findings.length - LONGEST_LIST;
  return [
    `\n${title}\n`,
    ...findings.slice(0, LONGEST_LIST).map(show),
    ...(rest > 0 ? [`  ... and ${plural(rest, 'more', 'more')}; the JSON report has them all.\n`] : []),
  ];
}

/** A report for people: the verdict, what was compared, each difference, and what was not measured and why. */
export function reportText(report: VerifyReport, { paint, width }: TextOptions): string {
  const view = viewOf(report);
  const verdict = !view.passed
    ? paint('FAILED', 'red')
    : view.without > 0
      ? paint('PASSED IN PART', 'yellow')
      : paint('PASSED', 'green');
  const facts: [string, string][] = [...view.facts.slice(1), ['Control', controlText(report)]];
  const [head = '', ...rows] = renderTable(COLUMNS, [...view.rows, view.total].map(cells), width)
    .trimEnd()
    .split('\n');
  return [
    `${verdict} ${paint(printableLine(view.headline), 'bold')}\n\n`,
    ...facts.map(([title, text]) => `${title.padEnd(11)}${printableLine(text)}\n`),
    `\n${[paint(head, 'dim'), ...rows].join('\n')}\n`,
    ...section(paint('Different', 'red'), view.red, (finding) => difference(finding, paint)),
    ...section(paint('Different, but no reason to fail', 'yellow'), view.minor, (finding) =>
      difference(finding, paint),
    ),
    ...(report.warnings.length === 0
      ? []
      : [
          `\n${paint('Take note', 'yellow')}\n`,
          ...report.warnings.map((text) => `  ${printableLine(text)}\n`),
        ]),
    ...section(paint('Not measured', 'yellow'), view.notMeasured, (finding) => unmeasured(finding, paint)),
  ].join('');
}
