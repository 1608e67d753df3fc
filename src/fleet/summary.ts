import type { Markup } from '../base/markup.js';
import { formatBytes, formatCount, formatDuration, plural } from '../base/units.js';
import type { FleetAction } from './keys.js';
import { failedOf, reasonOf, type FleetResult, type LegResult } from './result.js';

const DONE: Record<FleetAction, string> = { backup: 'backed up', verify: 'verified' };

const SHOWN: Record<LegResult['outcome'], string> = {
  success: '✅ success',
  failure: '❌ **failure**',
  cancelled: '❌ **cancelled**',
  skipped: '❌ **skipped**',
  unknown: '❌ **no word**',
};

/** One row a database, those that failed first; a column that nobody knows anything for is left out. */
export function fleetSummary(result: FleetResult, action: FleetAction, markup: Markup): string {
  const { legs, beside } = result;
  const failed = failedOf(legs);
  const good = legs.length - failed.length;
  const all = plural(legs.length, 'database');
  const title =
    failed.length === 0 && beside === undefined
      ? `## ✅ ${all} ${DONE[action]}`
      : `## ❌ ${formatCount(good)} of ${all} ${DONE[action]}`;
  const columns: [string, (leg: LegResult) => string][] = [
    ['Database', ({ database }) => markup.escape(database)],
    ['Outcome', ({ outcome }) => SHOWN[outcome]],
    ['Backup', ({ backup }) => (backup === null ? '' : markup.code(backup))],
    ['Stored', ({ bytes }) => (bytes === null ? '' : formatBytes(bytes))],
    ['Rows', ({ rows }) => (rows === null ? '' : formatCount(rows))],
    ['Took', ({ seconds }) => (seconds === null ? '' : formatDuration(seconds))],
    ['What failed', (leg) => (leg.outcome === 'success' ? '' : markup.escape(reasonOf(leg)))],
  ];
  const ordered = [...failed, ...legs.filter((leg) => !failed.includes(leg))];
  const known = columns.filter(([, cell]) => legs.some((leg) => cell(leg) !== ''));
  return [
    `${title}\n\n`,
    beside === undefined ? '' : `- ${markup.escape(beside)}\n\n`,
    markup.table(
      known.map(([name]) => name),
      ordered.map((leg) => known.map(([, cell]) => cell(leg))),
    ),
  ].join('');
}
