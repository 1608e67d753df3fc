import type { Markup } from '../../base/markup.js';
import { formatCount, plural } from '../../base/units.js';
import type { Fact, MigrationReport } from '../types.js';
import { tellAll, type Told } from './fact.js';
import { COMMENT, SUMMARY, type Limits } from './limits.js';
import { factItem, fitted, foldOf, type Fold } from './markdown.js';
import { sectionsOf } from './sections.js';
import { viewOf, type View } from './view.js';
import { KINDS } from './words.js';

interface Audience {
  /** False where everybody can read it: totals only, no name or statement of anything in the database. */
  namesToo: boolean;
}

/** The job summary of a check, cut to what the runner takes. */
export function migrationSummary(report: MigrationReport, markup: Markup, { namesToo }: Audience): string {
  const view = viewOf(report);
  const head = [headOf(view, markup, '##'), aboutTable(view, markup)].join('');
  const elsewhere = { short: 'the output `report` has more', long: 'The output `report` has more.' };
  return assembled({ report, view, markup, limits: SUMMARY, head, foot: '', namesToo, elsewhere });
}

/**
 * One comment on a pull request, short first, cut to what GitHub takes.
 * @param markup of a place where `@` and `#` reach people and issues.
 * @param marker an HTML comment by which it is found again.
 */
export function migrationComment(
  report: MigrationReport,
  markup: Markup,
  { namesToo, marker, runUrl }: Audience & { marker: string; runUrl: string },
): string {
  const view = viewOf(report);
  const head = `${marker}\n${headOf(view, markup, '###')}`;
  const foot = `\n[The run, with its whole summary](${runUrl})\n`;
  const elsewhere = { short: "the run's summary has more", long: "The run's summary has more." };
  return assembled({ report, view, markup, limits: COMMENT, head, foot, namesToo, elsewhere });
}

interface Parts extends Audience {
  report: MigrationReport;
  view: View;
  markup: Markup;
  limits: Limits;
  head: string;
  foot: string;
  elsewhere: { short: string; long: string };
}

function assembled({ report, view, markup, limits, head, foot, namesToo, elsewhere }: Parts): string {
  const room = { bytes: limits.bytes, elsewhere: elsewhere.long };
  if (!namesToo) return fitted({ head: `${head}${totals(report, view, markup)}`, folds: [], foot }, room);
  const facts = tellAll([...view.failing, ...view.others], report, limits);
  const items = (some: readonly Told[]): string =>
    some.map((fact) => factItem(fact, report, markup)).join('');
  const open = items(facts.slice(0, limits.openFacts));
  const folds = [
    ...restOfFacts(facts.slice(limits.openFacts), limits, items, elsewhere.short),
    ...sectionsOf(report, limits).map((section) => foldOf(section, markup, elsewhere.short)),
  ];
  return fitted({ head: open === '' ? head : `${head}\n${open}`, folds, foot }, room);
}

function restOfFacts(
  rest: readonly Told[],
  { rows }: Limits,
  items: (some: readonly Told[]) => string,
  elsewhere: string,
): Fold[] {
  if (rest.length === 0) return [];
  const more = rest.length - rows;
  const note = more > 0 ? `\n... and ${plural(more, 'more', 'more')}; ${elsewhere}.\n` : '';
  return [
    {
      title: 'More to look at',
      detail: plural(rest.length, 'thing'),
      body: items(rest.slice(0, rows)) + note,
    },
  ];
}

function headOf({ sign, title, lead }: View, markup: Markup, heading: string): string {
  return `${heading} ${sign} ${markup.escape(title)}\n\n${markup.escape(lead)}\n`;
}

function aboutTable({ about }: View, markup: Markup): string {
  const [first, ...rest] = about.map(({ title, value, more }) => [
    title,
    markup.escape([value, more].filter((part) => part !== '').join(', ')),
  ]);
  return first === undefined ? '' : `\n${markup.table(first, rest)}`;
}

const PUBLIC_NOTE =
  '\nThis repository is public, so no names of what is in the database and no statements are shown here; `pgkeep check-migrations` on a machine of yours shows them.\n';

/** How many facts of each kind there are. */
function totals({ facts, statements, outcome }: MigrationReport, view: View, markup: Markup): string {
  if (outcome === 'skipped') return '';
  const rows = Object.entries(KINDS).flatMap(([kind, title]) => {
    const count = (some: readonly Fact[]): number => some.filter((fact) => fact.kind === kind).length;
    const [failing, others] = [count(view.failing), count(view.others)];
    return failing + others === 0 ? [] : [[title, formatCount(failing), formatCount(others)]];
  });
  const failing = outcome === 'approved' ? 'Approved' : 'Fail the check';
  return [
    facts.length === 0 ? '' : `\n${markup.table(['What', failing, 'Worth a look'], rows)}`,
    `\n${plural(statements.length, 'statement')} ran.\n`,
    PUBLIC_NOTE,
  ].join('');
}
