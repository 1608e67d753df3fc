import { renderTable, type Column } from '../base/table.js';
import { splitList } from '../inputs/parse.js';
import type { Leg } from './plan.js';

const COLUMNS: Column[] = [
  { title: 'DATABASE' },
  { title: 'FAMILY' },
  { title: 'STORAGE', shrinks: true },
  { title: 'SECRET OF ITS URL' },
];

/** What a run would do, a line each database. */
export function planText(legs: readonly Leg[], width?: number): string {
  const rows = legs.map((leg) => [
    leg.database,
    leg.name,
    splitList(leg['storage'] ?? '').join(', '),
    leg['database-url-secret'] ?? '-',
  ]);
  return renderTable(COLUMNS, rows, width);
}
