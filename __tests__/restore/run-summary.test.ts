import { expect, it } from '@jest/globals';
import { summaryMarkup } from '../../src/github/summary.js';
import type { RestorePlan } from '../../src/restore/plan.js';
import { redReasons, resultText, type RestoreResult } from '../../src/restore/result.js';
import { restoreSummary } from '../../src/restore/summary.js';

const plan: RestorePlan = {
  backup: {
    id: '20261120T020000Z-k3fd',
    name: 'shop',
    label: null,
    storage: 'file:///backups',
    database: 'shop',
    snapshotAt: '2026-11-20T02:00:00.000Z',
    serverVersion: '17.2',
    storedBytes: 1000,
    databaseBytes: null,
    tables: null,
    rows: null,
  },
  target: { database: 'live', serverVersion: '17.2', exists: true, empty: false, bytes: null, tables: 3 },
  mode: 'replace',
  way: 'beside',
  content: 'all',
  entries: null,
  owner: true,
  privileges: true,
  withoutDefaultsOf: [],
  rows: null,
  stagedBytes: 1000,
  unconfirmed: ['It holds table public.secret_one.'],
  blockers: [],
  warnings: ['The type secret_two is left out.'],
};
const restored: RestoreResult = {
  outcome: 'restored',
  plan,
  database: 'live',
  previousDatabase: 'live_before_x',
  matches: true,
  totals: { equal: 9, different: 0, notMeasured: 1 },
  findings: [],
  safetyBackup: { id: 'y', name: 'shop-safety', storage: 'file:///safe' },
  passedOver: [],
  notes: ['Look at it.'],
  durationSeconds: 4,
};
const differs: RestoreResult = {
  ...restored,
  outcome: 'differs',
  database: null,
  previousDatabase: null,
  matches: false,
  totals: { equal: 8, different: 1, notMeasured: 1 },
  findings: [
    { kind: 'table', name: 'public.secret_three', verdict: 'different', expected: '2 rows', found: '1 row' },
  ],
};
const planned: RestoreResult = {
  ...restored,
  outcome: 'planned',
  database: null,
  plan: { ...plan, blockers: ['Table public.secret_four is there.'] },
};
const summary = (result: RestoreResult, namesToo: boolean): string =>
  restoreSummary(result, summaryMarkup, { namesToo });

const textOf = (result: RestoreResult): string => resultText(result, { namesToo: true });

it('tells of a restore', () => {
  const text = summary(restored, true).replaceAll('&#95;', '_');
  expect(text).toContain('## ✅ Backup restored');
  for (const part of [
    'live_before_x',
    'shop-safety/y',
    '9 things equal, 0 different, 1 not measured',
    'Look at it.',
  ])
    expect(text).toContain(part);
  expect(redReasons(restored)).toEqual([]);
  expect(textOf(restored)).toBe(
    [
      'shop/20261120T020000Z-k3fd is restored in database "live", in 4.0 s.',
      'Compared with its fingerprint: 9 things equal, 0 different, 1 not measured.',
      'Safety backup: shop-safety/y in file:///safe.',
      'Look at it.',
      '',
    ].join('\n'),
  );
});

it('tells of a difference', () => {
  expect(summary(differs, true)).toContain('secret');
  expect(summary(differs, true)).toContain('❌ What was restored differs from the backup');
  expect(redReasons(differs).map(({ message }) => message)).toEqual([
    expect.stringContaining(
      'table public.secret_three: 1 row instead of 2 rows. Database "live" is as it was',
    ),
  ]);
  expect(redReasons({ ...differs, database: 'live' })[0]?.message).toContain('It stays in database "live"');
});

it('names every difference in a terminal, as harmless text', () => {
  const finding = (name: string): RestoreResult['findings'][number] => ({
    kind: 'table',
    name,
    verdict: 'different',
    expected: '2 rows',
    found: '1 row',
  });
  const minor = { ...finding('public.minor'), minor: true as const };
  const text = textOf({
    ...differs,
    findings: [finding('public.a\u001b[2J'), minor, finding('public.b')],
  });
  expect(text).toContain(
    'not measured.\n  table public.a\\x1b[2J: 1 row instead of 2 rows\n  table public.b: 1 row instead of 2 rows\n',
  );
  expect(text).not.toContain('minor');
  expect(resultText(differs, { namesToo: false })).toBe(
    'shop/20261120T020000Z-k3fd was not put into place: database "live" is as it was.\nCompared with its fingerprint: 8 things equal, 1 different, 1 not measured.\nSafety backup: shop-safety/y in file:///safe.\nLook at it.\n',
  );
  const many = Array.from({ length: 503 }, (_, index) => finding(`public.t${index}`));
  expect(textOf({ ...differs, findings: many })).toContain(
    'public.t499: 1 row instead of 2 rows\n  ... and 3 more; --json shows them all.\n',
  );
});

it('tells of what is newer than the latest that could be restored, in public too', () => {
  const why = 'shop/20261121T020000Z-k3fd in file:///backups, begun 3 h ago, has no manifest.';
  for (const result of [restored, planned].map((each) => ({ ...each, passedOver: [why] }))) {
    expect(summary(result, false)).toContain('### Not the newest\n\n- shop/20261121T020000Z');
    expect(textOf(result)).toContain(`\nNot the newest: ${why}\n`);
  }
  expect(summary(restored, false)).not.toContain('Not the newest');
});

it('tells of a plan, which is red where it cannot be done', () => {
  expect(summary(planned, true)).toContain('❌ The restore could not be done');
  expect(redReasons(planned)).toHaveLength(1);
  expect(summary({ ...planned, plan }, true)).toContain('pgkeep: plan of a restore');
  expect(textOf(planned)).toContain('Nothing was changed (dry-run).');
});

it.each([restored, differs, planned])('names no table where everybody can read it', (result) => {
  expect(summary(result, true)).toContain('secret');
  expect(summary(result, false)).not.toContain('secret');
});

it('says where the names are that a public summary leaves out', () => {
  const text = summary(differs, false).replaceAll(/&#(\d+);/g, (_, code) =>
    String.fromCodePoint(Number(code)),
  );
  expect(text).toContain('### Differences\n\n- 1; this repository is public, so they are named nowhere here');
  expect(text).toContain('### Take note\n\n- 1; the log of the run says what they are');
});
