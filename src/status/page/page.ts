import { createHash } from 'node:crypto';
import { formatAge, formatBytes, formatCount, plural } from '../../base/units.js';
import { allProblems, isHealthy, type PlacedProblem } from '../result.js';
import { chip, html, Html, timeOf } from './html.js';
import { anchorOf, storageSection } from './storage.js';
import { STYLE } from './style.js';
import { table } from './table.js';
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
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policyOf(STYLE)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <meta name="generator" content="pgkeep" />
        <title>${title}</title>
        <link rel="icon" href="${iconOf(problems.length === 0)}" />
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <header class="${problems.length === 0 ? 'good' : 'bad'}">
          <div class="wide">
            <p class="kicker">${[report.repository ?? 'PostgreSQL', 'backups'].join(' ')}</p>
            <h1>
              <span class="mark" aria-hidden="true">${problems.length === 0 ? '✓' : '!'}</span>${verdict}
            </h1>
            <p>${headline(report)} As of ${timeOf(now.toISOString())}.</p>
          </div>
        </header>
        <main class="wide">
          ${problemList(problems)}${storageTable(report)}${databaseLine(report)}${sections}
        </main>
        <footer class="wide">
          <p>
            Written by pgkeep from what lies in the storage, and true at the time above. This page loads
            nothing and runs no script.
          </p>
        </footer>
      </body>
    </html> `;
  return page.markup;
}

/** Nothing but the style that is in the file, and the icon. */
function policyOf(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

function iconOf(isHealthyNow: boolean): string {
  const colour = isHealthyNow ? '1a7f4b' : 'b42318';
  const path = isHealthyNow ? 'M9 17l5 5 10-12' : 'M16 8v10m0 5v1';
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%23${colour}'/%3E%3Cpath d='${path}' fill='none' stroke='white' stroke-width='4'/%3E%3C/svg%3E`;
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
