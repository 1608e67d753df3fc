import { describe, expect, it } from '@jest/globals';
import { secretsOf } from '../../src/fleet/passed.js';
import {
  parseReport,
  reportName,
  reportOf,
  type LegOutcome,
  type LegReport,
} from '../../src/fleet/report.js';
import { fleetResult, redReasons } from '../../src/fleet/result.js';
import { fleetSummary } from '../../src/fleet/summary.js';
import { summaryMarkup } from '../../src/github/summary.js';

const report = (database: string, change: Partial<LegReport> = {}): LegReport => ({
  database,
  outcome: 'success',
  backup: '20261120T020000Z-k3fd',
  bytes: 2048,
  rows: 1234,
  seconds: 12,
  error: null,
  ...change,
});

const result = (reports: (LegReport | string)[], matrix?: LegOutcome) =>
  fleetResult(
    new Map(reports.map((each) => (typeof each === 'string' ? [each, undefined] : [each.database, each]))),
    matrix,
  );

const reasons = (...given: Parameters<typeof result>): string[] =>
  redReasons(result(...given)).map(({ message }) => message);

describe('a fleet', () => {
  const down = report('crm', { outcome: 'failure', backup: null, error: 'Nobody listens.' });

  it.each<[string, (LegReport | string)[], LegOutcome | undefined, (string | RegExp)[]]>([
    ['is green when all succeeded', [report('shop'), report('crm')], 'success', []],
    [
      'is red for one that failed, by its reason',
      [report('shop'), down],
      'failure',
      ['crm: Nobody listens.'],
    ],
    [
      'is red for one that failed without saying why',
      [report('shop', { outcome: 'failure' })],
      'failure',
      ['shop: its job failed, and its log says why'],
    ],
    [
      'is red for one that was cancelled',
      [report('shop', { outcome: 'cancelled' })],
      'cancelled',
      ['shop: its job was cancelled'],
    ],
    [
      'is red for one that was killed',
      [report('shop'), 'crm'],
      'failure',
      [/^crm: there is no report of its job/],
    ],
    ['is red for one that nobody knows of', ['shop'], undefined, [/^shop: there is no report/]],
    ['is red when none could begin', ['shop', 'crm'], 'skipped', [/^shop: /, /^crm: /]],
    ['is green when GitHub knows more than the reports', [report('shop'), 'crm'], 'success', []],
    [
      'is red when GitHub knows of a failure that no report tells',
      [report('shop')],
      'failure',
      [/GitHub says "failure"/],
    ],
  ])('%s', (_title, reports, matrix, expected) => {
    expect(reasons(reports, matrix)).toEqual(
      expected.map((each): unknown => (typeof each === 'string' ? each : expect.stringMatching(each))),
    );
  });

  it('is summed up with those that failed first, and what came from elsewhere is no markup', () => {
    const bad = { ...down, error: 'No <b>|</b>' };
    expect(fleetSummary(result([report('shop'), bad], 'failure'), 'backup', summaryMarkup)).toBe(
      [
        '## ❌ Fleet backup: 1 of 2 databases succeeded',
        '',
        '| Database | Outcome | Backup | Stored | Rows | Took | What failed |',
        '| --- | --- | --- | --- | --- | --- | --- |',
        '| crm | ❌ **failure** |  | 2.0 KiB | 1,234 | 12 s | No &#60;b&#62;&#124;&#60;/b&#62; |',
        '| shop | ✅ success | <code>20261120T020000Z-k3fd</code> | 2.0 KiB | 1,234 | 12 s |  |',
        '',
      ].join('\n'),
    );
  });

  it('leaves out what nobody knows', () => {
    const leg = report('shop', { bytes: null, rows: null });
    expect(fleetSummary(result([leg], 'success'), 'verify', summaryMarkup)).toContain(
      '## ✅ Fleet verify: 1 of 1 database succeeded\n\n| Database | Outcome | Backup | Took |\n',
    );
  });

  it('does not pass a dry run off as a backup', () => {
    const dry = report('shop', { backup: null, bytes: null, rows: null, seconds: null });
    expect(fleetSummary(result([dry], 'success'), 'backup', summaryMarkup)).toContain(
      'No backup is named here',
    );
  });
});

describe('the secrets that a calling job passes', () => {
  it('are taken by name, without those that are empty', () => {
    const json = '{"A":"postgres://u:p@h/d","B":"","C":null,"D":"two\\nlines","E":1}';
    expect(secretsOf(json)).toEqual(
      new Map([
        ['A', 'postgres://u:p@h/d'],
        ['D', 'two\nlines'],
      ]),
    );
    expect(secretsOf(undefined)).toEqual(new Map());
  });

  it.each(['hunter2', '{"A": hunter2}', '["hunter2"]', '"hunter2"', 'null'])(
    'are not repeated: %s',
    (json) => {
      expect(() => secretsOf(json)).toThrow('is no JSON object');
      expect(() => secretsOf(json)).not.toThrow(/hunter2/);
    },
  );
});

describe('the report of a job', () => {
  const given = {
    database: 'shop',
    outcome: 'success',
    backupId: undefined,
    bytes: undefined,
    rows: undefined,
    durationSeconds: undefined,
    error: undefined,
  };

  it('holds what the job was told, and null for what it was not', () => {
    expect(reportOf({ ...given, bytes: '17', rows: 'many', durationSeconds: '1.5' })).toEqual({
      database: 'shop',
      outcome: 'success',
      backup: null,
      bytes: 17,
      rows: null,
      seconds: 1.5,
      error: null,
    });
  });

  it('is read as it was written', () => {
    const whole = report('shop', { outcome: 'failure', error: 'No.' });
    expect(parseReport(JSON.stringify(whole))).toEqual(whole);
  });

  it.each(['', '{', 'null', '[]', '{"outcome":"fine"}', '{"outcome":1,"bytes":"2"}'])(
    'is a failure when it cannot be understood: %j',
    (text) => {
      expect(parseReport(text)).toMatchObject({ outcome: 'failure', bytes: null, error: null });
    },
  );

  it('has a name that no other job, fleet or attempt has', () => {
    expect(reportName('0badcafe', 'crm-prod', 2)).toBe('pgkeep-fleet.0badcafe.crm-prod.2.json');
  });
});
