import { renderTable } from '../../base/table.js';
import { printableLine } from '../../base/text.js';
import { plural } from '../../base/units.js';
import type { MigrationReport } from '../types.js';
import { tellAll, type Told } from './fact.js';
import { TERMINAL } from './limits.js';
import type { Section } from './section.js';
import { sectionsOf } from './sections.js';
import { viewOf } from './view.js';

export interface TextOptions {
  /** Colours text where that is wanted; what it is given has no control characters. */
  paint: (text: string, style: 'bold' | 'dim' | 'red' | 'green' | 'yellow') => string;
  /** Columns of the terminal; undefined: as wide as it takes. */
  width: number | undefined;
}

const COLOURS = { good: 'green', bad: 'red', warn: 'yellow' } as const;
const ELSEWHERE = 'the JSON report has them all';

/** A report for a terminal: the verdict, what fails the check, what is worth a look, and all that is known beside. */
export function migrationText(report: MigrationReport, options: TextOptions): string {
  const { paint } = options;
  const view = viewOf(report);
  const approved = report.outcome === 'approved';
  const facts = tellAll([...view.failing, ...view.others], report, TERMINAL);
  return [
    `${paint(view.word, COLOURS[view.tone])} ${paint(printableLine(view.lead), 'bold')}\n`,
    view.about.length === 0 ? '' : '\n',
    ...view.about.map(
      ({ title, value, more }) =>
        `${title.padEnd(11)}${printableLine([value, more].filter((part) => part !== '').join(', '))}\n`,
    ),
    ...factList(
      approved ? paint(printableLine(view.title), 'yellow') : paint('Fails the check', 'red'),
      facts.slice(0, view.failing.length),
      paint,
    ),
    ...factList(paint('Worth a look', 'yellow'), facts.slice(view.failing.length), paint),
    ...sectionsOf(report, TERMINAL).flatMap((section) => sectionText(section, options)),
  ].join('');
}

function factList(title: string, facts: readonly Told[], paint: TextOptions['paint']): string[] {
  if (facts.length === 0) return [];
  const rest = facts.length - TERMINAL.openFacts;
  const lines = facts.slice(0, TERMINAL.openFacts).flatMap(({ message, place, sql, advice }) => {
    const source = [place, sql].filter((part) => part !== '').join('  ');
    return [
      printableLine(message),
      ...(source === '' ? [] : [`  ${paint(printableLine(source), 'dim')}`]),
      ...(advice === '' ? [] : [`  ${printableLine(advice)}`]),
    ];
  });
  return [
    `\n${title}\n`,
    ...lines.map((line) => `  ${line}\n`),
    ...(rest > 0 ? [`  ... and ${plural(rest, 'more', 'more')}; ${ELSEWHERE}.\n`] : []),
  ];
}

function sectionText(section: Section, options: TextOptions): string[] {
  const { title, detail, more } = section;
  return [
    `\n${options.paint(title, 'bold')}: ${detail}\n`,
    bodyText(section, options),
    ...(more > 0 ? [`... and ${plural(more, 'more', 'more')}; ${ELSEWHERE}.\n`] : []),
  ];
}

function bodyText(section: Section, { paint, width }: TextOptions): string {
  if (section.kind === 'table') {
    const columns = section.columns.map(({ title, as }) => ({
      title: title.toUpperCase(),
      ...(as === 'number' ? { align: 'right' as const } : { shrinks: true as const }),
    }));
    const [head = '', ...rows] = renderTable(columns, section.rows, width).trimEnd().split('\n');
    return `${[paint(head, 'dim'), ...rows].join('\n')}\n`;
  }
  const lines = section.lines.map(printableLine);
  return lines
    .map((line) => (section.kind === 'diff' ? diffLine(line, paint) : `  ${line}`))
    .map((line) => `${line}\n`)
    .join('');
}

function diffLine(line: string, paint: TextOptions['paint']): string {
  switch (line.charAt(0)) {
    case '+':
      return paint(line, 'green');
    case '-':
      return paint(line, 'red');
    case '@':
      return paint(line, 'bold');
    default:
      return line;
  }
}
