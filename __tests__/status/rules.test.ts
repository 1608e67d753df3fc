import { describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../../src/backup/history.js';
import { newId } from '../../src/backup/id.js';
import type { Entry, Inventory } from '../../src/backup/inventory.js';
import type { Manifest } from '../../src/backup/manifest.js';
import { decodeVerified, type Verified } from '../../src/backup/verified.js';
import { healthOf } from '../../src/status/health.js';
import { findProblems } from '../../src/status/rules.js';
import type { Limits, Problem } from '../../src/status/types.js';
import { manifestOf, verdictOf } from '../support/family.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const LIMITS: Limits = { maxAgeMs: 26 * 3_600_000, maxVerifyAgeMs: 8 * 86_400_000 };

/** So many hours ago; a negative number is in the future. */
const ago = (hours: number): Date => new Date(NOW.getTime() - hours * 3_600_000);
let made = 0;
const idOf = (hours: number): string => newId(ago(hours), Buffer.from([0, 0, 0, made++ % 32]));

interface Backup {
  hours: number;
  bytes?: number;
  rows?: number;
  verdict?: 'passed' | 'failed';
  /** When it was verified; as old as the backup if absent. */
  verifiedHours?: number;
  manifest?: Partial<Manifest>;
}

function entryOf({ hours, bytes = 1000, rows, verdict, verifiedHours, manifest }: Backup): Entry {
  const id = idOf(hours);
  const basis = manifestOf({ id });
  const [part] = basis.parts;
  if (part === undefined) throw new Error('no part');
  const verified: Verified | undefined =
    verdict === undefined ? undefined : decodeVerified(verdictOf(id, verdict), id);
  return {
    manifest: {
      ...basis,
      parts: [{ ...part, bytes }],
      totals: rows === undefined ? null : { tables: 1, rows },
      ...manifest,
    },
    verified:
      verified === undefined
        ? undefined
        : { ...verified, finishedAt: ago(verifiedHours ?? hours).toISOString() },
    storedBytes: bytes,
  };
}

function inventoryOf(backups: Backup[], more: Partial<Inventory> = {}): Inventory {
  const entries = [...backups].sort((a, b) => b.hours - a.hours).map(entryOf);
  const totalBytes = entries.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  return { name: 'shop', entries, unreadable: [], orphans: [], foreign: [], log: [], totalBytes, ...more };
}

function runOf(hours: number, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1,
    action: 'backup',
    outcome: 'success',
    startedAt: ago(hours).toISOString(),
    seconds: 10,
    error: null,
    backup: null,
    runUrl: null,
    actor: null,
    ...changes,
  };
}

const problemsOf = (
  inventory: Inventory,
  limits: Partial<Limits> = {},
  records: RunRecord[] = [],
): Problem[] => findProblems({ inventory, records, storage: 's3://b/p', now: NOW }, { ...LIMITS, ...limits });

const kindsOf = (...args: Parameters<typeof problemsOf>): string[] =>
  problemsOf(...args).map(({ kind }) => kind);

const FINE: Backup = { hours: 2, verdict: 'passed' };

describe('the rules of age and verification', () => {
  it.each<[string, Backup[], string[]]>([
    ['no backup', [], ['no-backup']],
    ['a young one that is verified', [FINE], []],
    ['one as old as allowed', [{ hours: 26, verdict: 'passed' }], []],
    ['one older by a minute', [{ hours: 26 + 1 / 60, verdict: 'passed' }], ['too-old']],
    ['a young one behind an old one', [{ hours: 500, verdict: 'passed', verifiedHours: 3 }, FINE], []],
    [
      'a server whose clock is ahead',
      [{ ...FINE, hours: 40, manifest: { snapshotAt: ago(-20).toISOString() } }],
      ['too-old', 'clock-skew'],
    ],
    [
      'a snapshot of the future in front of a newer backup',
      [
        { hours: 200, manifest: { snapshotAt: ago(-9000).toISOString() } },
        { ...FINE, verifiedHours: 1 },
      ],
      ['clock-skew'],
    ],
    ['none verified, all young', [{ hours: 2 }, { hours: 191 }], []],
    ['none verified, one older than allowed', [{ hours: 2 }, { hours: 193 }], ['never-verified']],
    ['the last verification as old as allowed', [{ hours: 192, verdict: 'passed' }, { hours: 2 }], []],
    ['the last verification too old', [{ hours: 193, verdict: 'passed' }, { hours: 2 }], ['verify-too-old']],
    [
      'an old backup verified lately',
      [{ hours: 999, verdict: 'passed', verifiedHours: 1 }, { hours: 2 }],
      [],
    ],
    [
      'the last verification failed',
      [
        { hours: 30, verdict: 'passed' },
        { hours: 2, verdict: 'failed' },
      ],
      ['verify-failed'],
    ],
    ['a failure before the last success', [{ hours: 30, verdict: 'failed' }, FINE], []],
    [
      'the newest failed, an older one passed later',
      [
        { hours: 30, verdict: 'passed', verifiedHours: 0 },
        { hours: 2, verdict: 'failed', verifiedHours: 1 },
      ],
      ['verify-failed'],
    ],
    ['times that are none', [{ hours: 2, manifest: { snapshotAt: '?', finishedAt: '?' } }], []],
    [
      'times that are none, old',
      [{ hours: 30, manifest: { snapshotAt: '?', finishedAt: '?' } }],
      ['too-old'],
    ],
  ])('%s', (_, backups, expected) => {
    expect(kindsOf(inventoryOf(backups))).toEqual(expected);
  });

  it('say what is wrong, with what, and what to do', () => {
    const [problem] = problemsOf(inventoryOf([{ hours: 53, verdict: 'passed' }]));
    expect(problem?.message).toMatch(
      /^shop in s3:\/\/b\/p: the newest backup, \S+, is 2 d 5 h old; at most 1 d 2 h are allowed \(max-age\)\. Look for .* run it\.$/,
    );
  });
});

describe('the rules of size', () => {
  const five = [30, 54, 78, 102, 126].map((hours): Backup => ({ hours, bytes: 1000, rows: 100 }));

  it.each<[string, Backup[], Partial<Limits>, string[]]>([
    ['a change with no limit', [...five, { ...FINE, bytes: 1, rows: 1 }], {}, []],
    ['a change within it', [...five, { ...FINE, bytes: 1400, rows: 90 }], { maxSizeChange: 0.5 }, []],
    ['fewer bytes', [...five, { ...FINE, bytes: 400, rows: 100 }], { maxSizeChange: 0.5 }, ['size-change']],
    ['fewer rows', [...five, { ...FINE, rows: 10 }], { maxSizeChange: 0.5 }, ['size-change']],
    ['the first of its kind', [FINE], { maxSizeChange: 0.5 }, []],
    ['as much as allowed', [{ ...FINE, bytes: 500 }], { maxStorageBytes: 500 }, []],
    ['a byte more', [{ ...FINE, bytes: 501 }], { maxStorageBytes: 500 }, ['storage-limit']],
  ])('%s', (_, backups, limits, expected) => {
    expect(kindsOf(inventoryOf(backups), limits)).toEqual(expected);
  });
});

describe('the rule of failed runs', () => {
  const failed = { outcome: 'failure' as const, error: 'The disk is full.' };

  it.each<[string, RunRecord[], number]>([
    ['none', [], 0],
    ['a success', [runOf(2)], 0],
    ['a failure', [runOf(2, failed)], 1],
    ['a failure before a success', [runOf(3, failed), runOf(2)], 0],
    ['a failure before a success of another action', [runOf(3, failed), runOf(2, { action: 'verify' })], 1],
    ['failures of two actions', [runOf(3, failed), runOf(2, { ...failed, action: 'prune' })], 2],
    [
      'what is done by hand',
      [runOf(3, { ...failed, action: 'restore' }), runOf(2, { ...failed, action: 'delete' })],
      0,
    ],
    ['red runs of status itself', [runOf(3, { ...failed, action: 'status' })], 0],
  ])('%s', (_, records, count) => {
    const kinds = kindsOf(inventoryOf([FINE]), {}, records);
    expect(kinds).toEqual(Array.from({ length: count }, () => 'failed-runs'));
  });

  it('counts those since the success, and links the last', () => {
    const records = [
      runOf(9, failed),
      runOf(8),
      runOf(7, failed),
      runOf(6, { ...failed, runUrl: 'https://github.com/o/r/actions/runs/7' }),
    ];
    const [problem] = problemsOf(inventoryOf([FINE]), {}, records);
    expect(problem?.message).toContain(
      '2 runs of backup failed since the last success, the last one on 2026-11-20 06:00 UTC. The disk is full. See https://github.com/o/r/actions/runs/7,',
    );
  });
});

describe('what should not be there', () => {
  const orphan = (hours: number, bytes: number) => ({ id: idOf(hours), bytes, newest: ago(hours) });
  const weighing = (bytes: number, orphans: Inventory['orphans']): Inventory =>
    inventoryOf([FINE], { orphans, totalBytes: bytes });

  it.each<[string, Inventory, string[]]>([
    ['an orphan of a tenth', weighing(1000, [orphan(30, 100)]), []],
    ['a heavier one', weighing(1000, [orphan(30, 101)]), ['orphans']],
    ['a heavy one of today, which may be at work', weighing(1000, [orphan(3, 900)]), []],
    [
      'a manifest that cannot be read',
      inventoryOf([FINE], { unreadable: [{ id: idOf(50), reason: 'Torn.', bytes: 9 }] }),
      ['unreadable'],
    ],
    ['an id five minutes ahead', inventoryOf([FINE], { orphans: [orphan(-5 / 60, 1)] }), []],
    ['an id six minutes ahead', inventoryOf([FINE], { orphans: [orphan(-6 / 60, 1)] }), ['clock-skew']],
    ['a verification of tomorrow', inventoryOf([{ ...FINE, verifiedHours: -24 }]), ['clock-skew']],
  ])('%s', (_, inventory, expected) => {
    expect(kindsOf(inventory)).toEqual(expected);
  });

  it('a run of tomorrow', () => {
    const [problem] = problemsOf(inventoryOf([FINE]), {}, [runOf(-24)]);
    expect(problem).toMatchObject({ kind: 'clock-skew' });
    expect(problem?.message).toContain(
      'the start of a run of backup at 2026-11-21T12:00:00.000Z is 1 d in the future.',
    );
  });

  it('is noted where it is no problem', () => {
    const inventory = inventoryOf([FINE], {
      orphans: [orphan(30, 1)],
      foreign: [{ key: 'shop/notes.txt', bytes: 3 }],
    });
    const health = healthOf({ inventory, records: [], storage: 's3://b', now: NOW }, LIMITS);
    expect(health.healthy).toBe(true);
    expect(health.notes).toEqual([
      '1 folder that killed runs left (1 B); prune removes them.',
      expect.stringContaining('shop/notes.txt'),
    ]);
  });
});

it('tells the gravest first', () => {
  const inventory = inventoryOf([{ hours: 300, bytes: 900 }], {
    unreadable: [{ id: idOf(50), reason: 'Torn.', bytes: 9 }],
    orphans: [{ id: idOf(99), bytes: 500, newest: ago(99) }],
  });
  expect(kindsOf(inventory, { maxStorageBytes: 1 }, [runOf(2, { outcome: 'failure' })])).toEqual([
    'too-old',
    'never-verified',
    'unreadable',
    'failed-runs',
    'storage-limit',
    'orphans',
  ]);
});

describe('healthOf', () => {
  it('has the facts of the newest, the last verifications and the last thirty backups', () => {
    const backups = Array.from({ length: 40 }, (_, index): Backup => ({
      hours: 2 + index * 24,
      bytes: 100 + index,
      ...(index === 3 || index === 5 ? { verdict: 'passed', verifiedHours: index } : {}),
    }));
    const records = [
      runOf(50, { outcome: 'failure' }),
      runOf(2),
      runOf(1, { action: 'status', outcome: 'failure' }),
    ];
    const inventory = inventoryOf(backups);
    const health = healthOf({ inventory, records, storage: 's3://b', now: NOW }, LIMITS);
    expect(health).toMatchObject({
      name: 'shop',
      storage: 's3://b',
      healthy: true,
      count: 40,
      newest: { bytes: 100, ageSeconds: 7200, rows: null, verdict: null },
      runs: { total: 2, failed: 1 },
    });
    expect(health.trend).toHaveLength(30);
    expect(health.trend.at(-1)?.id).toBe(health.newest?.id);
    expect(health.verifications.map(({ finishedAt }) => finishedAt)).toEqual(
      [3, 5].map((hours) => ago(hours).toISOString()),
    );
    expect(health.lastVerification).toEqual(health.verifications[0]);
  });
});
