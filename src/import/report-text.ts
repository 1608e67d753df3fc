import { renderTable, type Column } from '../base/table.js';
import { formatBytes } from '../base/units.js';
import type { FileResult } from './types.js';

const COLUMNS: Column[] = [
  { title: 'FILE', shrinks: true },
  { title: 'RESULT' },
  { title: 'BACKUP', shrinks: true },
  { title: 'TAKEN (UTC)' },
  { title: 'BY' },
  { title: 'SIZE', align: 'right' },
];

/** What became of each file, for people. */
export function importText(results: readonly FileResult[], width: number | undefined): string {
  return renderTable(
    COLUMNS,
    results.map(({ file, outcome, name, id, takenAt, takenFrom, bytes }) => [
      file,
      outcome,
      // Of a dry run the id is not what it will be.
      name === null ? '' : outcome === 'planned' ? name : `${name}/${id}`,
      takenAt?.slice(0, 19).replace('T', ' ') ?? '',
      takenFrom ?? '',
      formatBytes(bytes),
    ]),
    width,
  );
}
