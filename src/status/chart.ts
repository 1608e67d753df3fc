import type { Point } from './types.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** One number of each backup in the course of time. */
interface Series {
  title: string;
  points: readonly { snapshotAt: string; value: number }[];
}

/** Mermaid's parser knows no exponents; more digits than these are not to be seen. */
function numberOf(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 2 : 1)));
}

/**
 * A chart in Mermaid's `xychart-beta` (mermaid.js.org/syntax/xyChart), which GitHub draws in summaries. Dates of thirty
 * backups would overlap, so the axis has their numbers and the dates of the first and the last. Empty where there is no
 * line to draw.
 */
function chartOf({ title, points }: Series): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return '';
  const top = Math.max(...points.map(({ value }) => value));
  const [from, to] = [first.snapshotAt.slice(0, 10), last.snapshotAt.slice(0, 10)];
  return [
    '```mermaid',
    'xychart-beta',
    `    title "${title}"`,
    `    x-axis "${from} to ${to}" 1 --> ${points.length}`,
    `    y-axis 0 --> ${numberOf(top > 0 ? top * 1.1 : 1)}`,
    `    line [${points.map(({ value }) => numberOf(value)).join(', ')}]`,
    '```',
    '',
  ].join('\n');
}

/** Size and rows of the last backups. Mermaid has no second axis: a chart each. */
export function trendCharts(trend: readonly Point[]): string {
  const largest = Math.max(0, ...trend.map(({ bytes }) => bytes));
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(largest, 1)) / 10));
  const sizes = {
    title: `Stored size in ${UNITS[step] ?? 'B'}`,
    points: trend.map(({ snapshotAt, bytes }) => ({ snapshotAt, value: bytes / 1024 ** step })),
  };
  const rows = {
    title: 'Rows',
    points: trend.flatMap(({ snapshotAt, rows: value }) => (value === null ? [] : [{ snapshotAt, value }])),
  };
  return [chartOf(sizes), chartOf(rows)].filter((chart) => chart !== '').join('\n');
}
