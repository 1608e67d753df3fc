import { chip, html, timeOf, type Content, type Html } from '../../base/page/html.js';
import { tiles } from '../../base/page/tiles.js';
import { formatAge, formatBytes, formatCount, formatDuration, plural } from '../../base/units.js';
import { whereOf } from '../facts.js';
import { pointOf, RUNS_DAYS } from '../health.js';
import type { Health } from '../types.js';
import { chart } from './chart.js';
import type { Sample } from './groups.js';
import { inventorySection } from './inventory.js';
import { leftoversSection, planOf, retentionSection } from './retention.js';
import { runsSection } from './runs.js';
import type { Contents, Report } from './types.js';
import { verificationsSection } from './verifications.js';

/** What a storage's part of the page is called in links. */
export const anchorOf = (index: number): string => `storage-${index + 1}`;

/** All about one storage. */
export function storageSection(
  health: Health,
  contents: Contents | undefined,
  report: Report,
  index: number,
): Html {
  return html`<section id="${anchorOf(index)}">
    <h2>
      ${whereOf(health)}
      ${health.healthy ? chip('good', 'healthy') : chip('bad', plural(health.problems.length, 'problem'))}
    </h2>
    ${contents === undefined ? html`<p class="muted">Nothing is known of what lies here.</p> ` : known(health, contents, report)}
  </section> `;
}

function known(health: Health, { inventory, records }: Contents, { policy, now }: Report): Html {
  const plan = planOf(inventory, policy, now);
  return html`${figures(health)}${charts(inventory)}${verificationsSection(inventory)}${inventorySection(inventory, plan, now)}${retentionSection(inventory, { policy, plan, now })}${runsSection(records, now)}${leftoversSection(inventory, now)}${
    health.notes.length === 0
      ? undefined
      : html`<h3>Notes</h3>
          <ul class="notes">
            ${health.notes.map((note) => html`<li>${note}</li>`)}
          </ul> `
  }`;
}

function figures({ newest, lastVerification, count, totalBytes, runs, at }: Health): Html {
  const ago = (time: string): string => `${formatAge((Date.parse(at) - Date.parse(time)) / 1000)} ago`;
  const proved = lastVerification?.verdict === 'passed' ? 'passed' : 'failed';
  const all: [string, Content, Content][] = [
    newest === null
      ? ['Newest backup', 'none', '']
      : ['Newest backup', `${formatAge(newest.ageSeconds)} old`, timeOf(newest.snapshotAt)],
    newest === null
      ? ['Its size', '–', '']
      : [
          'Its size',
          formatBytes(newest.bytes),
          newest.rows === null ? 'rows not counted' : plural(newest.rows, 'row'),
        ],
    lastVerification === null
      ? ['Last verification', 'none', 'nothing shows that these restore']
      : [
          'Last verification',
          `${proved} ${ago(lastVerification.finishedAt)}`,
          `restored in ${formatDuration(lastVerification.restoreSeconds)}`,
        ],
    ['Stored in all', formatBytes(totalBytes), plural(count, 'backup')],
    [`Runs in ${RUNS_DAYS} days`, formatCount(runs.total), `${formatCount(runs.failed)} failed`],
  ];
  return tiles(all.map(([title, value, more]) => ({ title, value, more })));
}

function charts({ entries }: Contents['inventory']): Html {
  const points = entries.map(pointOf);
  const of = 'backups';
  const samples = (value: (point: (typeof points)[number]) => number | null): Sample[] =>
    points.flatMap((point) => {
      const found = value(point);
      const isBad = point.verdict === 'failed';
      return found === null ? [] : [{ at: point.snapshotAt, value: found, isBad }];
    });
  const restores = entries
    .flatMap(({ verified }) => (verified === undefined ? [] : [verified]))
    .sort((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt))
    .map(({ finishedAt, restoreSeconds, verdict }) => ({
      at: finishedAt,
      value: restoreSeconds,
      isBad: verdict === 'failed',
    }));
  const count = (value: number): string => formatCount(Math.round(value));
  const drawn = [
    chart({ title: 'Stored size', samples: samples(({ bytes }) => bytes), format: formatBytes, of }),
    chart({ title: 'Rows', samples: samples(({ rows }) => rows), format: count, of }),
    chart({
      title: 'Backup took',
      samples: samples((point) => point.durationSeconds),
      format: formatDuration,
      of,
    }),
    chart({ title: 'Restore took', samples: restores, format: formatDuration, of: 'verifications' }),
  ].filter((each) => each !== undefined);
  return drawn.length === 0 ? html`` : html`<div class="charts">${drawn}</div> `;
}
