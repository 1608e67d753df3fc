import { describe, expect, it } from '@jest/globals';
import { eldersOf, median, sizeChanges } from '../../src/backup/anomaly.js';
import { emptiedTables } from '../../src/backup/emptied.js';
import type { Manifest } from '../../src/backup/manifest.js';
import { manifestOf } from '../support/family.js';

let day = 0;

function backup(bytes: number, rows: number | null = null, more: Partial<Manifest> = {}): Manifest {
  day += 1;
  const made = manifestOf({ id: '20260101T000000Z-aaaa' });
  const [part] = made.parts;
  if (part === undefined) throw new Error('A manifest has parts.');
  return {
    ...made,
    id: `${day}`,
    snapshotAt: new Date(day * 86_400_000).toISOString(),
    parts: [{ ...part, bytes }],
    totals: rows === null ? null : { tables: 1, rows },
    ...more,
  };
}

it.each([
  [[], undefined],
  [[3], 3],
  [[9, 1], 5],
  [[9, 1, 2], 2],
  [[4, 1, 2, 9], 3],
])('the median of %j is %s', (numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});

describe('a change of size', () => {
  const elders = [100, 110, 90, 100, 105].map((bytes) => backup(bytes, bytes * 10));

  it.each([
    ['as it was', 100, 1000, []],
    ['just within', 150, 1500, []],
    ['too large', 151, 1000, ['Its size is 151 B, 51 % more than the median of the last 5 backups (100 B).']],
    ['too small', 40, 1000, ['Its size is 40 B, 60 % less than the median of the last 5 backups (100 B).']],
    [
      'with rows lost',
      100,
      0,
      ['Its number of rows is 0, 100 % less than the median of the last 5 backups (1,000).'],
    ],
    ['without a count', 100, null, []],
  ])('%s', (_title, bytes, rows, expected) => {
    expect(sizeChanges(backup(bytes, rows), elders, 0.5)).toEqual(expected);
  });

  it('is measured against the last five', () => {
    const before = [backup(1), backup(1), backup(1), ...elders];
    expect(sizeChanges(backup(100), before, 0.5)).toEqual([]);
  });

  it('is measured against fewer where there are no more', () => {
    expect(sizeChanges(backup(1), [backup(100)], 0.5)).toEqual([
      'Its size is 1 B, 99 % less than the backup before it (100 B).',
    ]);
    expect(sizeChanges(backup(1), [], 0.5)).toEqual([]);
  });

  it('from nothing is none', () => {
    expect(sizeChanges(backup(100, 10), [backup(100, 0)], 0.5)).toEqual([]);
  });

  it('does not count the backup itself', () => {
    const manifest = backup(1);
    expect(sizeChanges(manifest, [manifest], 0.5)).toEqual([]);
  });
});

it('only older backups of the same label and part of the database are its elders', () => {
  const [older, weekly, schema, ours, newer] = [
    backup(1),
    backup(1, null, { label: 'weekly' }),
    backup(1, null, { options: { content: 'schema' } }),
    backup(1),
    backup(1),
  ];
  expect(eldersOf(ours, [older, weekly, schema, ours, newer])).toEqual([older]);
});

it('tables that have lost all their rows are found, dropped and new ones are not', () => {
  const table = (name: string, rows: number): { schema: string; name: string; rows: number } => ({
    schema: 'app',
    name,
    rows,
  });
  const before = [table('orders', 5), table('queue', 0), table('gone', 5), table('fewer', 5)];
  const now = [table('orders', 0), table('queue', 0), table('new', 0), table('fewer', 1)];
  expect(emptiedTables(now, before)).toEqual([table('orders', 0)]);
});
