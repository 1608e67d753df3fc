import { describe, expect, it } from '@jest/globals';
import { reportText } from '../../src/verify/report-text.js';
import type { Finding } from '../../src/verify/types.js';
import { sampleReport } from '../support/report.js';

const plain = { paint: (text: string) => text, width: undefined };

describe('reportText', () => {
  it('tells of a backup that passed', () => {
    expect(reportText(sampleReport('passed'), plain)).toBe(
      `PASSED shop/20261120T021703Z-k3fd restores, and equals what was backed up wherever it was measured; 1 difference of no consequence; 1 thing was not measured.

Database   shop, as it was at 2026-11-20 02:17:04 UTC
Read from  s3://my-backups/prod, 364 MiB in 6.1 s
Restored   in 18 s into PostgreSQL 17.7, cut off from the network; the backup was made of 17.6
Compared   in 2.3 s; 31 s in all
Control    passed: damage on purpose was noticed (a row of public.orders removed)

COMPARED          EQUAL  DIFFERENT  NOT MEASURED
Stored parts          3          0             0
Definitions           1          0             0
Restore               1          0             0
Kinds of objects      6          0             0
Tables                3          0             0
Sequences             2          0             0
Extensions            0          1             0
Collations            2          0             0
Indexes               0          0             1
Control               1          0             0
Total                19          1             1

Different, but no reason to fail
  extension pgcrypto
    expected  1.3
    found     1.4

Not measured
  index public.orders_pkey: the extension amcheck is not there
`,
    );
  });

  it('claims nothing of a backup with which nothing was compared', () => {
    const why = 'the backup was made without a fingerprint';
    const findings: Finding[] = [
      { kind: 'restore', name: 'without an error', verdict: 'equal' },
      { kind: 'table', name: 'all', verdict: 'not measured', why },
    ];
    const text = reportText(sampleReport('passed', { findings }), plain);
    expect(text).toMatch(
      /^PASSED shop\/20261120T021703Z-k3fd restores without an error; what it should hold was not recorded when it was made, so it was compared with nothing; 1 thing was not measured\.\n/,
    );
    expect(text).not.toContain('equals');
  });

  it('puts what failed it first', () => {
    const text = reportText(sampleReport('failed'), plain);
    expect(text).toMatch(/^FAILED shop\/20261120T021703Z-k3fd did not pass: 2 things differ;/);
    expect(text).toContain(
      `
Different
  table public.orders
    expected  12,480 rows
    found     12,479 rows
  check SELECT count(*) > 0 FROM public.refunds
    expected  true
    found     false

Different, but no reason to fail
`,
    );
  });

  it('claims all only where all was measured', () => {
    const findings: Finding[] = [{ kind: 'part', name: 'database.dump', verdict: 'equal' }];
    const text = reportText(sampleReport('passed', { findings }), plain);
    expect(text.split('\n')[0]).toBe(
      'PASSED shop/20261120T021703Z-k3fd restores, and equals what was backed up.',
    );
    expect(text).not.toMatch(/^(Different|Not measured)/m);
  });

  it('tells of one that is only too old', () => {
    const age: Finding = {
      kind: 'age',
      name: '',
      verdict: 'different',
      expected: 'at most 26 h 0 min',
      found: '50 h 26 min',
      why: 'no newer backup was found',
    };
    const text = reportText(sampleReport('failed', { findings: [age] }), plain);
    expect(text).toMatch(
      /^FAILED \S+ restores, and equals what was backed up; but it is too old: 50 h 26 min instead of at most 26 h 0 min\.\n/,
    );
    expect(text).toContain(
      '\n  age\n    expected  at most 26 h 0 min\n    found     50 h 26 min\n    no newer backup was found\n',
    );
    const both = [age, { ...age, kind: 'restore' as const }];
    expect(reportText(sampleReport('failed', { findings: both }), plain)).toContain(
      'did not pass: 2 things differ.',
    );
  });

  it('tells of newer backups, of those that may be under way, and of what was cut off', () => {
    const newer: Finding = {
      kind: 'newer backup',
      name: '20261121T021703Z-k3fd',
      verdict: 'different',
      why: 'it is torn',
    };
    const text = reportText(
      sampleReport('failed', {
        findings: [newer],
        warnings: ['shop/20261122T021703Z-k3fd has no manifest.'],
        neutralised: [
          'foreign server crm',
          'foreign server subscription x',
          'user mapping of PUBLIC on crm',
          'subscription s',
        ],
      }),
      plain,
    );
    expect(text).toMatch(
      /^FAILED .* equals what was backed up; but 20261121T021703Z-k3fd, which is newer, cannot be read\.\n/,
    );
    expect(text).toContain('\nNewer backups      0          1             0\n');
    expect(text).toContain('\nDifferent\n  newer backup 20261121T021703Z-k3fd\n    it is torn\n');
    expect(text).toContain('\nTake note\n  shop/20261122T021703Z-k3fd has no manifest.\n');
    expect(text).toContain(
      '\nCut off    2 foreign servers, 1 user mapping, 1 subscription: in the scratch copy they lead nowhere\n',
    );
    const passed = reportText(sampleReport('passed', { warnings: ['It has none.'] }), plain);
    expect(passed).toMatch(/^PASSED /);
    expect(passed).not.toContain('Cut off');
  });

  it.each([
    [{ outcome: 'noticed', damage: null }, 'Control    passed: damage on purpose was noticed\n'],
    [
      { outcome: 'not noticed', damage: 'a row removed' },
      'FAILED: damage on purpose was not noticed (a row removed), so nothing else in this report counts\n',
    ],
    [{ outcome: 'not applicable', damage: null }, 'not applicable: there is nothing in the backup'],
    [{ outcome: 'not run', damage: null }, 'Control    not run\n'],
  ] as const)('tells of the control: %j', (control, told) => {
    expect(reportText(sampleReport('passed', { control }), plain)).toContain(told);
  });

  it('shows names and values from the database as harmless text', () => {
    const evil = 'a\u001b[2J\nPASSED';
    const finding: Finding = {
      kind: 'table',
      name: evil,
      verdict: 'different',
      expected: evil,
      found: evil,
      why: evil,
    };
    const text = reportText(
      sampleReport('failed', {
        name: evil,
        database: evil,
        label: evil,
        findings: [
          finding,
          { ...finding, minor: true },
          { kind: 'table', name: evil, verdict: 'not measured', why: evil },
        ],
      }),
      plain,
    );
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^PASSED/m);
    expect(text.split('a\\x1b[2J\\nPASSED').length - 1).toBe(12);
  });

  it('colours the verdict and the headings, by what they say', () => {
    const painted: [string, string][] = [];
    const paint = (text: string, style: string): string => {
      painted.push([text, style]);
      return text;
    };
    reportText(sampleReport('failed'), { paint, width: undefined });
    expect(painted).toEqual(
      expect.arrayContaining([
        ['FAILED', 'red'],
        ['Different', 'red'],
        ['Different, but no reason to fail', 'yellow'],
        ['Not measured', 'yellow'],
      ]),
    );
    expect(painted).not.toContainEqual([expect.anything(), 'green']);
  });

  it('fits its table into a terminal', () => {
    const text = reportText(sampleReport('failed'), { ...plain, width: 40 });
    const table = text.split('\n\n').find((part) => part.startsWith('COMPARED')) ?? '';
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(41);
  });

  it('cuts a very long list, and says so', () => {
    const findings = Array.from({ length: 1203 }, (_, index): Finding => ({
      kind: 'table',
      name: `public.t${index}`,
      verdict: 'different',
      expected: '1 row',
      found: 'missing',
    }));
    const text = reportText(sampleReport('failed', { findings }), plain);
    expect(text).toContain('1,203 things differ');
    expect(text).toContain('public.t499\n');
    expect(text).not.toContain('public.t500\n');
    expect(text).toContain('  ... and 703 more; the JSON report has them all.\n');
  });
});
