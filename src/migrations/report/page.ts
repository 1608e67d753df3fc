import { documentPage } from '../../base/page/document.js';
import { html, timeOf, type Content, type Html } from '../../base/page/html.js';
import { fold, longTable } from '../../base/page/table.js';
import { tiles } from '../../base/page/tiles.js';
import { plural } from '../../base/units.js';
import type { MigrationReport } from '../types.js';
import { tellAll, type Told } from './fact.js';
import { PAGE } from './limits.js';
import type { Section } from './section.js';
import { sectionsOf } from './sections.js';
import { PAGE_STYLE } from './style.js';
import { viewOf, type View } from './view.js';
import { codeParts, KINDS } from './words.js';

/** Rows of a table that are not folded. */
const OPEN_ROWS = 25;

/** A report as one HTML file that loads nothing and runs nothing. */
export function migrationPage(report: MigrationReport): string {
  const view = viewOf(report);
  return documentPage({
    title: [view.title, ...(report.name === null ? [] : [report.name])].join(' · '),
    tone: view.tone,
    kicker: 'Migrations, tried on a backup',
    heading: view.title,
    lead: view.lead,
    main: [
      view.about.length === 0 ? undefined : tiles(view.about),
      factsPart(report, view),
      sectionsOf(report, PAGE).map(sectionPart),
    ],
    footer: html`Written by pgkeep on ${timeOf(report.startedAt)}.`,
    style: PAGE_STYLE,
  });
}

function factsPart(report: MigrationReport, { failing, others }: View): Html | undefined {
  const facts = tellAll([...failing, ...others], report, PAGE);
  if (facts.length === 0) return undefined;
  const list = (some: readonly Told[]): Html =>
    html`<ol>
      ${some.map((fact) => factItem(fact, report))}
    </ol> `;
  const rest = facts.slice(PAGE.openFacts);
  const unlisted = rest.length - PAGE.rows;
  return html`<section class="problems" aria-labelledby="facts">
    <h2 id="facts">What it did</h2>
    ${list(facts.slice(0, PAGE.openFacts))}
    ${rest.length === 0 ? undefined : fold(plural(rest.length, 'more', 'more'), list(rest.slice(0, PAGE.rows)))}
    ${unlisted > 0 ? moreNote(unlisted) : undefined}
  </section> `;
}

function factItem({ fails, kind, message, advice, place, sql }: Told, report: MigrationReport): Html {
  return html`<li class="${fails && report.outcome !== 'approved' ? 'bad' : 'warn'}">
    <span class="kind"
      >${KINDS[kind]}${fails ? (report.outcome === 'approved' ? ', approved' : ', fails the check') : ''}</span
    >
    ${inline(message)}
    ${lineOf(
      'source',
      [place, sql].filter((part) => part !== '').map((part) => html`<code>${part}</code> `),
    )}
    ${lineOf('muted', advice === '' ? [] : inline(advice))}
  </li> `;
}

/** What is between two backticks is in the type of code. */
function inline(text: string): Html[] {
  return codeParts(text).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

function lineOf(kind: string, content: readonly Html[]): Html | undefined {
  return content.length === 0 ? undefined : html`<div class="${kind}">${content}</div>`;
}

function sectionPart(section: Section): Html {
  return html`<section>
    <h2>${section.title}</h2>
    ${bodyOf(section)} ${section.more > 0 ? moreNote(section.more) : undefined}
  </section> `;
}

function bodyOf(section: Section): Html {
  switch (section.kind) {
    case 'table': {
      const { columns, rows, detail } = section;
      const cells = rows.map((row) =>
        row.map((cell, index): Content =>
          columns[index]?.as === 'code' && cell !== '' ? html`<code>${cell}</code>` : cell,
        ),
      );
      return longTable(
        detail,
        columns.map(({ title, as }) => ({ title, isNumber: as === 'number' })),
        cells,
        { open: OPEN_ROWS, more: (count) => plural(count, 'more', 'more') },
      );
    }
    case 'list':
      return html`<ul class="notes">
        ${section.lines.map((line) => html`<li>${line}</li> `)}
      </ul> `;
    case 'diff':
    case 'output':
      return html`<p class="muted">${section.detail}</p>
        <pre tabindex="0">${section.lines.map((line) => lineOfBlock(line, section.kind === 'diff'))}</pre> `;
  }
}

const CHANGES: Record<string, string> = { '+': 'added', '-': 'removed', '@': 'at' };

function lineOfBlock(line: string, isDiff: boolean): Html {
  const kind = isDiff ? CHANGES[line.charAt(0)] : undefined;
  return kind === undefined ? html`<span>${line}</span>` : html`<span class="${kind}">${line}</span>`;
}

function moreNote(count: number): Html {
  return html`<p class="muted">... and ${plural(count, 'more', 'more')}; the JSON report has them all.</p> `;
}
