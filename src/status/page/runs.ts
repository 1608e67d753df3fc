import type { RunRecord } from '../../backup/history.js';
import { html, runLink, timeOf, type Html } from '../../base/page/html.js';
import { longTable, table, type Column } from '../../base/page/table.js';
import { formatCount, formatDuration, plural } from '../../base/units.js';
import { RUNS_DAYS } from '../health.js';
import { statsOf } from '../stats.js';
import { byKey } from './groups.js';

const DAY_MS = 86_400_000;

const ACTIONS: Column[] = [
  { title: 'Action' },
  { title: `Last ${RUNS_DAYS} days` },
  { title: 'Runs', isNumber: true },
  { title: 'Failed', isNumber: true },
  { title: 'Succeeded', isNumber: true },
  { title: 'Usually took', isNumber: true },
  { title: 'Longest', isNumber: true },
];

const FAILED: Column[] = [{ title: 'Action' }, { title: 'At' }, { title: 'Why' }, { title: 'Run' }];

/** How many failed runs are shown, and how many of these are not folded. */
const SHOWN = 100;
const OPEN = 5;

/** The runs of each action in the log, by day, and those that failed. `records`: oldest first, of the last 30 days. */
export function runsSection(records: readonly RunRecord[], now: Date): Html | undefined {
  const own = records.filter(({ action }) => action !== 'status');
  if (own.length === 0) return undefined;
  const { actions } = statsOf({ entries: [] }, own, now);
  const rows = actions
    .filter(({ days }) => days === RUNS_DAYS)
    .map(({ action, runs, failed, successRate, medianSeconds, longestSeconds }) => [
      action,
      strip(
        own.filter((record) => record.action === action),
        now,
      ),
      formatCount(runs),
      formatCount(failed),
      `${(Math.floor(successRate * 1000) / 10).toFixed(1)} %`,
      formatDuration(medianSeconds),
      formatDuration(longestSeconds),
    ]);
  const failed = own.filter(({ outcome }) => outcome === 'failure').reverse();
  const failedRows = failed
    .slice(0, SHOWN)
    .map(({ action, startedAt, error, runUrl }) => [
      html`<span class="word">${action}</span>`,
      timeOf(startedAt),
      error ?? 'No reason was left.',
      runLink(runUrl),
    ]);
  const caption = `Failed runs, the last first${failed.length > SHOWN ? `: the last ${SHOWN} of ${formatCount(failed.length)}` : ''}`;
  return html`<h3>Runs</h3>
    ${table(`Runs in the log, of the last ${RUNS_DAYS} days`, ACTIONS, rows)}${longTable(caption, FAILED, failedRows, { open: OPEN, more: (count) => plural(count, 'earlier failed run') })}`;
}

/** A square a day, in UTC: what ran, and whether any of it failed. */
function strip(records: readonly RunRecord[], now: Date): Html {
  const days = Array.from({ length: RUNS_DAYS }, (_, index) =>
    new Date(now.getTime() - (RUNS_DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
  const byDay = byKey(records, ({ startedAt }) => startedAt.slice(0, 10));
  const squares = days.map((day, index) => {
    const own = byDay.get(day) ?? [];
    const failed = own.filter(({ outcome }) => outcome === 'failure').length;
    const kind = own.length === 0 ? 'none' : failed > 0 ? 'bad' : 'good';
    const title = own.length === 0 ? 'no run' : `${plural(own.length, 'run')}, ${failed} failed`;
    return html`<rect
      class="${kind}"
      x="${index * 7}"
      width="5"
      height="${kind === 'bad' ? 14 : 10}"
      y="${kind === 'bad' ? 0 : 2}"
      rx="1.5"
      ><title>${`${day}: ${title}`}</title></rect
    >`;
  });
  const failed = records.filter(({ outcome }) => outcome === 'failure').length;
  return html`<svg
    class="strip"
    viewBox="0 0 208 14"
    width="208"
    height="14"
    role="img"
    aria-label="${`${plural(records.length, 'run')} by day, ${failed} failed`}"
  >
    ${squares}
  </svg>`;
}
