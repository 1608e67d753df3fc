import { formatBytes, formatCount, formatMilliseconds, plural } from '../../base/units.js';
import { nameOf } from '../names.js';
import type { LostValues, MigrationReport } from '../types.js';
import type { Limits } from './limits.js';
import { tableOf, type Section } from './section.js';
import { oneLine, shortened } from './words.js';

/** Locks on what was there before, those that were held the longest first. */
export function locksSection({ locks, statements }: MigrationReport, limits: Limits): Section | undefined {
  return tableOf(
    { title: 'Locks', detail: `on ${plural(locks.length, 'table')}, the longest first` },
    [
      { title: 'Table', as: 'code' },
      { title: 'Mode' },
      { title: 'Held', as: 'number' },
      { title: 'Longest', as: 'number' },
      { title: 'Makes wait' },
      { title: 'First seen during', as: 'code' },
    ],
    [...locks].sort((a, b) => b.longestMs - a.longestMs),
    limits,
    ({ table, mode, ms, longestMs, blocks, statement }) => [
      nameOf(table),
      mode,
      heldText(ms),
      heldText(longestMs),
      blocks,
      shortened(oneLine(statements[statement ?? -1]?.sql ?? ''), Math.min(limits.sql, 100)),
    ],
  );
}

/** For how long at least; what was there at one look alone was held for some time, too. */
function heldText(ms: number): string {
  return ms === 0 ? 'briefly' : formatMilliseconds(ms);
}

/** Tables and columns that are gone, or whose values are not what they were. */
export function lostSection({ effects }: MigrationReport, limits: Limits): Section | undefined {
  const tables = (effects?.dropped ?? []).map(({ table, rows, bytes }) => ({
    what: nameOf(table),
    how: 'table dropped',
    values: `${plural(rows, 'row')}, ${formatBytes(bytes)}`,
  }));
  const columns = (effects?.lost ?? []).map((lost) => ({
    what: `${nameOf(lost.table)}.${lost.column}`,
    how: howText(lost),
    values: plural(lost.values, 'value'),
  }));
  const all = [...tables, ...columns];
  return tableOf(
    { title: 'Gone or converted', detail: plural(all.length, 'table or column', 'tables and columns') },
    [{ title: 'What', as: 'code' }, { title: 'How' }, { title: 'It held', as: 'number' }],
    all,
    limits,
    ({ what, how, values }) => [what, how, values],
  );
}

function howText({ how, types }: LostValues): string {
  switch (how) {
    case 'dropped':
      return 'column dropped';
    case 'emptied':
      return 'values are NULL now';
    case 'retyped':
      return types === undefined ? 'converted' : `converted from ${types.before} to ${types.after}`;
  }
}

/** Tables that are still there with more or fewer rows, those that lost most first. */
export function rowsSection({ effects }: MigrationReport, limits: Limits): Section | undefined {
  const changed = (effects?.rows ?? []).flatMap(({ table, before, after }) =>
    after === null || after === before ? [] : [{ table, before, after }],
  );
  return tableOf(
    { title: 'Rows', detail: `changed in ${plural(changed.length, 'table')}` },
    [
      { title: 'Table', as: 'code' },
      { title: 'Before', as: 'number' },
      { title: 'After', as: 'number' },
      { title: 'Difference', as: 'number' },
    ],
    changed.sort((a, b) => a.after - a.before - (b.after - b.before)),
    limits,
    ({ table, before, after }) => [
      nameOf(table),
      formatCount(before),
      formatCount(after),
      `${after > before ? '+' : ''}${formatCount(after - before)}`,
    ],
  );
}

/** Tables whose files were written anew, the largest first. */
export function rewrittenSection({ effects }: MigrationReport, limits: Limits): Section | undefined {
  const all = [...(effects?.rewritten ?? [])].sort((a, b) => b.bytes - a.bytes);
  const bytes = all.reduce((sum, table) => sum + table.bytes, 0);
  return tableOf(
    { title: 'Written anew', detail: `${plural(all.length, 'table')}, ${formatBytes(bytes)} before` },
    [
      { title: 'Table', as: 'code' },
      { title: 'Size before', as: 'number' },
    ],
    all,
    limits,
    ({ table, bytes: size }) => [nameOf(table), formatBytes(size)],
  );
}
