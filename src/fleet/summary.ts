import type { Markup } from '../base/markup.js';
import { formatBytes, formatCount, formatDuration, plural } from '../base/units.js';
import type { FleetAction } from './keys.js';
import { failedOf, reasonOf, type FleetResult, type LegResult } from './result.js';

const NO_BACKUP = 'No backup is named here: this was a dry run, or the jobs could not report.';

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
  const sign = failed.length === 0 && beside === undefined ? '✅' : '❌';
  const notes = [
    ...(beside === undefined ? [] : [beside]),
    ...(good > 0 && legs.every(({ backup }) => backup === null) ? [NO_BACKUP] : []),
  ];
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
    `## ${sign} Fleet ${action}: ${formatCount(good)} of ${plural(legs.length, 'database')} succeeded\n\n`,
    ...notes.map((note) => `${markup.escape(note)}\n\n`),
    markup.table(
      known.map(([name]) => name),
      ordered.map((leg) => known.map(([, cell]) => cell(leg))),
    ),
  ].join('');
}
