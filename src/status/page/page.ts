import { documentPage } from '../../base/page/document.js';
import { chip, html, timeOf, type Html } from '../../base/page/html.js';
import { table } from '../../base/page/table.js';
import { formatAge, formatBytes, formatCount, plural } from '../../base/units.js';
import { allProblems, isHealthy, type PlacedProblem } from '../result.js';
import { anchorOf, storageSection } from './storage.js';
import { CHART_STYLE } from './style.js';
import type { Report } from './types.js';

/**
 * The state of all storages as one HTML file. It loads nothing and runs nothing, which its policy also forbids; all that
 * is in it is in the storages, in their order.
 */
export function reportPage(report: Report): string {
  const { result, contents, now } = report;
  const problems = allProblems(result);
  const names = [...new Set(result.healths.map(({ name }) => name).filter((name) => name !== null))];
  const verdict = isHealthy(result) ? 'Backups are healthy' : 'Backups need attention';
  const title = [verdict, ...names].join(' · ');
  const sections = result.healths.map((health, index) =>
    storageSection(health, contents[index], report, index),
  );
  return documentPage({
    title,
    tone: problems.length === 0 ? 'good' : 'bad',
    kicker: [report.repository ?? 'PostgreSQL', 'backups'].join(' '),
    heading: verdict,
    lead: html`${headline(report)} As of ${timeOf(now.toISOString())}.`,
    main: [problemList(problems), storageTable(report), databaseLine(report), sections],
    footer: 'Written by pgkeep from what lies in the storage, and true at the time above.',
    style: CHART_STYLE,
  });
}

/** What matters most, in a sentence. */
function headline({ result }: Report): string {
  const problems = allProblems(result).length;
  if (problems > 0) return `${plural(problems, 'problem')}, the gravest first.`;
  const ages = result.healths.map(({ newest }) => newest?.ageSeconds ?? Infinity);
  const age = Math.max(...ages);
  return Number.isFinite(age) ? `The newest backup is ${formatAge(age)} old.` : '';
}

function problemList(problems: readonly PlacedProblem[]): Html | undefined {
  if (problems.length === 0) return undefined;
  return html`<section class="problems" aria-labelledby="problems">
    <h2 id="problems">Problems</h2>
    <ol>
      ${problems.map(({ kind, message }) => html`<li><span class="kind">${kind.replaceAll('-', ' ')}</span> ${message}</li> `)}
    </ol>
  </section> `;
}

/** One line a storage; of a single one its own part says it all. */
function storageTable({ result: { healths } }: Report): Html | undefined {
  if (healths.length < 2) return undefined;
  const rows = healths.map(({ storage, healthy, newest, lastVerification, count, totalBytes }, index) => [
    html`<a href="#${anchorOf(index)}">${storage}</a>`,
    healthy ? chip('good', 'healthy') : chip('bad', 'needs attention'),
    newest === null ? '–' : `${formatAge(newest.ageSeconds)} old`,
    lastVerification === null ? '–' : timeOf(lastVerification.finishedAt),
    formatCount(count),
    formatBytes(totalBytes),
  ]);
  const columns = [
    { title: 'Storage' },
    { title: 'State' },
    { title: 'Newest backup', isNumber: true },
    { title: 'Last verification' },
    { title: 'Backups', isNumber: true },
    { title: 'Stored', isNumber: true },
  ];
  return html`<section>
    <h2>Storages</h2>
    ${table('Each storage by itself', columns, rows)}
  </section> `;
}

function databaseLine({ result: { database } }: Report): Html | undefined {
  if (database === undefined) return undefined;
  const { bytes, limit } = database;
  const size = bytes === null ? 'not known' : formatBytes(bytes);
  return html`<p>Database on its server: <b>${size}</b> of at most ${formatBytes(limit)}.</p> `;
}
