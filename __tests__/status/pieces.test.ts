import { describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../../src/backup/history.js';
import type { Entry } from '../../src/backup/inventory.js';
import { parseSize } from '../../src/inputs/size.js';
import { readInputs } from '../../src/inputs/read.js';
import { badgeOf } from '../../src/status/badge.js';
import { trendCharts } from '../../src/status/chart.js';
import { unknownHealth } from '../../src/status/health.js';
import type { StatusResult } from '../../src/status/result.js';
import { statsOf } from '../../src/status/stats.js';
import { statsText } from '../../src/status/stats-text.js';
import type { Health, Point } from '../../src/status/types.js';
import { manifestOf } from '../support/family.js';

const NOW = new Date('2026-11-20T12:00:00Z');

describe('parseSize', () => {
  it.each<[string, number | undefined]>([
    ['1', 1],
    ['1048576', 1_048_576],
    ['500GB', 500e9],
    ['10GiB', 10 * 2 ** 30],
    ['1.5 TiB', 1.5 * 2 ** 40],
    ['2kb', 2000],
    ['7 B', 7],
    ['0', undefined],
    ['0.4', undefined],
    ['-5GB', undefined],
    ['5G', undefined],
    ['5GBB', undefined],
    ['GB', undefined],
    ['1e9', undefined],
    ['9999999TiB', undefined],
    ['5 GB each', undefined],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it('is refused by name', () => {
    const all: Record<string, string> = { storage: 'file:///b', 'max-storage-bytes': 'lots' };
    expect(() => readInputs('status', (name) => all[name])).toThrow(
      'Input "max-storage-bytes" is "lots"; allowed: a number of bytes, or one with a unit, such as 500GB or 10GiB.',
    );
  });
});

const pointOf = (day: number, bytes: number, rows: number | null): Point => ({
  id: `202611${String(day).padStart(2, '0')}T000000Z-aaaa`,
  snapshotAt: `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z`,
  bytes,
  databaseBytes: null,
  rows,
  durationSeconds: 1,
  verdict: null,
});

describe('trendCharts', () => {
  it('draws sizes in their unit, and rows where they were counted', () => {
    const trend = [
      pointOf(1, 3 * 2 ** 20, 1_500_000),
      pointOf(2, 2.5 * 2 ** 20, null),
      pointOf(3, 1_234_567, 2_000_000),
    ];
    expect(trendCharts(trend)).toBe(`\`\`\`mermaid
xychart-beta
    title "Stored size in MiB"
    x-axis "2026-11-01 to 2026-11-03" 1 --> 3
    y-axis 0 --> 3.3
    line [3, 2.5, 1.18]
\`\`\`

\`\`\`mermaid
xychart-beta
    title "Rows"
    x-axis "2026-11-01 to 2026-11-03" 1 --> 2
    y-axis 0 --> 2200000
    line [1500000, 2000000]
\`\`\`
`);
  });

  it.each<[string, Point[], number]>([
    ['no backup', [], 0],
    ['one', [pointOf(1, 5, 5)], 0],
    ['two without rows', [pointOf(1, 5, null), pointOf(2, 5, null)], 1],
    ['two of nothing', [pointOf(1, 0, 0), pointOf(2, 0, 0)], 2],
  ])('%s', (_, trend, charts) => {
    const text = trendCharts(trend);
    expect(text.match(/xychart-beta/g) ?? []).toHaveLength(charts);
    // Mermaid's numbers have no exponent.
    expect(text).not.toMatch(/NaN|Infinity|\de[+-]?\d/);
  });
});

describe('badgeOf', () => {
  const healthy = (changes: Partial<Health>): Health => ({
    ...unknownHealth('s3://b', 'shop', { kind: 'no-backup', message: '' }, NOW),
    healthy: true,
    problems: [],
    newest: { ...pointOf(20, 1, 1), ageSeconds: 7200 },
    ...changes,
  });
  const verified = {
    id: 'x',
    verdict: 'passed' as const,
    finishedAt: '2026-11-20T09:00:00Z',
    restoreSeconds: 1,
  };
  const old = { kind: 'too-old' as const, message: '' };

  it.each<[string, Partial<StatusResult>, string, string]>([
    ['verified', { healths: [healthy({ lastVerification: verified })] }, 'verified 3 h ago', 'brightgreen'],
    ['young', { healths: [healthy({})] }, '2 h old, not verified yet', 'yellow'],
    [
      'the worst of several',
      { healths: [healthy({ lastVerification: verified }), healthy({ problems: [old] })] },
      'too old',
      'red',
    ],
    [
      'a database',
      {
        healths: [healthy({ lastVerification: verified })],
        database: { bytes: 2, limit: 1, problem: { kind: 'database-limit', message: '' } },
      },
      'database too large',
      'red',
    ],
  ])('%s', (_, result, message, color) => {
    expect(badgeOf({ healths: [], database: undefined, failures: [], ...result }, NOW)).toEqual({
      schemaVersion: 1,
      label: 'backup',
      message,
      color,
    });
  });
});

describe('stats', () => {
  const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString();
  const run = (action: string, days: number, seconds: number, outcome: RunRecord['outcome']): RunRecord => ({
    version: 1,
    action,
    outcome,
    startedAt: daysAgo(days),
    seconds,
    error: null,
    backup: null,
    runUrl: null,
    actor: null,
  });
  const entry = (days: number, bytes: number, seconds: number): Entry => {
    const at = daysAgo(days);
    const manifest = manifestOf({ id: '20261101T000000Z-aaaa' });
    const [part] = manifest.parts;
    if (part === undefined) throw new Error('no part');
    const finishedAt = new Date(Date.parse(at) + seconds * 1000).toISOString();
    return {
      manifest: { ...manifest, startedAt: at, snapshotAt: at, finishedAt, parts: [{ ...part, bytes }] },
      verified: undefined,
      storedBytes: bytes,
    };
  };

  it('counts runs by action and span, and how backups grew', () => {
    const records = [
      run('backup', 80, 50, 'failure'),
      run('backup', 20, 10, 'success'),
      run('backup', 10, 30, 'success'),
      run('prune', 60, 1, 'success'),
    ];
    const entries = [entry(200, 1, 1), entry(80, 1000, 20), entry(20, 1100, 30), entry(1, 1500, 40)];
    const stats = statsOf({ entries }, records, NOW);
    expect(stats.actions).toEqual([
      {
        action: 'backup',
        days: 30,
        runs: 2,
        failed: 0,
        successRate: 1,
        medianSeconds: 20,
        longestSeconds: 30,
      },
      {
        action: 'backup',
        days: 90,
        runs: 3,
        failed: 1,
        successRate: 2 / 3,
        medianSeconds: 20,
        longestSeconds: 50,
      },
      { action: 'prune', days: 90, runs: 1, failed: 0, successRate: 1, medianSeconds: 1, longestSeconds: 1 },
    ]);
    expect(stats.backups).toMatchObject([
      { days: 30, count: 2, medianBytes: 1300, smallestBytes: 1100, largestBytes: 1500, medianSeconds: 35 },
      { days: 90, count: 3, medianBytes: 1100, smallestBytes: 1000, largestBytes: 1500, growth: 0.5 },
    ]);
    const lines = statsText(stats, undefined).split('\n');
    expect(lines[2]?.split(/ {2,}/)).toEqual(['backup', '90', '3', '1', '66.6 %', '20 s', '50 s']);
    expect(lines[7]?.trim().split(/ {2,}/)).toEqual([
      '3',
      '90',
      '1.1 KiB',
      '1000 B',
      '1.5 KiB',
      '+50.0 %',
      '30 s',
    ]);
  });

  it('does not take an imported dump for one that was made in no time', () => {
    const old = entry(10, 1000, 0);
    old.manifest.source = {
      databaseId: null,
      imported: { file: 'a.sql', bytes: 1, sha256: '', takenFrom: 'archive', at: daysAgo(1) },
    };
    expect(statsOf({ entries: [old] }, [], NOW).backups[0]).toMatchObject({ count: 1, medianSeconds: null });
    const { backups } = statsOf({ entries: [old, entry(1, 1000, 40)] }, [], NOW);
    expect(backups[0]).toMatchObject({ count: 2, medianSeconds: 40 });
  });

  it('says nothing of what there is not', () => {
    const text = statsText(statsOf({ entries: [] }, [], NOW), 40);
    expect(text).toContain('There are no runs in the log.');
    expect(text).not.toMatch(/NaN|Infinity|null|undefined/);
  });
});
