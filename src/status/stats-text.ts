import { renderTable, type Column } from '../base/table.js';
import { formatBytes, formatCount, formatDuration } from '../base/units.js';
import type { ActionStats, BackupStats, Stats } from './stats.js';

const ACTIONS: Column[] = [
  { title: 'ACTION', shrinks: true },
  { title: 'DAYS', align: 'right' },
  { title: 'RUNS', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'SUCCESS', align: 'right' },
  { title: 'MEDIAN TIME', align: 'right' },
  { title: 'LONGEST', align: 'right' },
];

const BACKUPS: Column[] = [
  { title: 'BACKUPS', align: 'right' },
  { title: 'DAYS', align: 'right' },
  { title: 'MEDIAN SIZE', align: 'right' },
  { title: 'SMALLEST', align: 'right' },
  { title: 'LARGEST', align: 'right' },
  { title: 'GROWTH', align: 'right' },
  { title: 'MEDIAN TIME', align: 'right' },
];

/** How runs ended and how backups grew, in two tables. */
export function statsText({ actions, backups }: Stats, width: number | undefined): string {
  const runs =
    actions.length === 0
      ? 'There are no runs in the log.\n'
      : renderTable(ACTIONS, actions.map(actionRow), width);
  return `${runs}\n${renderTable(BACKUPS, backups.map(backupRow), width)}`;
}

/** Never 100 % where a run failed. */
const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`;

function actionRow({
  action,
  days,
  runs,
  failed,
  successRate,
  medianSeconds,
  longestSeconds,
}: ActionStats): string[] {
  return [
    action,
    String(days),
    formatCount(runs),
    formatCount(failed),
    percent(successRate),
    formatDuration(medianSeconds),
    formatDuration(longestSeconds),
  ];
}

function backupRow(stats: BackupStats): string[] {
  const size = (bytes: number | null): string => (bytes === null ? '-' : formatBytes(bytes));
  const { count, days, growth, medianSeconds } = stats;
  return [
    formatCount(count),
    String(days),
    size(stats.medianBytes),
    size(stats.smallestBytes),
    size(stats.largestBytes),
    growth === null ? '-' : `${growth < 0 ? '-' : '+'}${(Math.abs(growth) * 100).toFixed(1)} %`,
    medianSeconds === null ? '-' : formatDuration(medianSeconds),
  ];
}
