import { describe, expect, it } from '@jest/globals';
import { summaryMarkup } from '../../src/github/summary.js';
import { verifySummary } from '../../src/verify/summary.js';
import type { Finding } from '../../src/verify/types.js';
import { sampleReport } from '../support/report.js';

const bare = {
  escape: (text: string) => text,
  code: (text: string) => `\`${text}\``,
  table: summaryMarkup.table,
};
const stored = 's3://my-backups/prod/shop/20261120T021703Z-k3fd/verified.json';

describe('verifySummary', () => {
  it('tells of a backup that passed', () => {
    expect(verifySummary({ report: sampleReport('passed'), stored }, bare, { namesToo: true })).toBe(
      `## ✅ Verified

shop/20261120T021703Z-k3fd restores, and equals what was backed up wherever it was measured; 1 difference of no consequence; 1 thing was not measured.

| Backup | shop/20261120T021703Z-k3fd |
| --- | --- |
| Database | shop, as it was at 2026-11-20 02:17:04 UTC |
| Read from | s3://my-backups/prod, 364 MiB in 6.1 s |
| Restored | in 18 s into PostgreSQL 17.7, cut off from the network; the backup was made of 17.6 |
| Compared | in 2.3 s; 31 s in all |
| Control | passed: damage on purpose was noticed (a row of public.orders removed) |

| Compared | Equal | Different | Not measured |
| --- | --- | --- | --- |
| Stored parts | 3 | 0 | 0 |
| Definitions | 1 | 0 | 0 |
| Restore | 1 | 0 | 0 |
| Kinds of objects | 6 | 0 | 0 |
| Tables | 3 | 0 | 0 |
| Sequences | 2 | 0 | 0 |
| Extensions | 0 | **1** | 0 |
| Collations | 2 | 0 | 0 |
| Indexes | 0 | 0 | 1 |
| Control | 1 | 0 | 0 |
| Total | 19 | **1** | 1 |

### Different, but no reason to fail

| What | Name | Expected | Found |  |
| --- | --- | --- | --- | --- |
| extension | \`pgcrypto\` | \`1.3\` | \`1.4\` |  |

### Not measured

| What | Name | Why |
| --- | --- | --- |
| index | \`public.orders_pkey\` | the extension amcheck is not there |

The verdict is stored beside the backup: \`${stored}\`
`,
    );
  });

  it('tells what failed, and what to do', () => {
    const text = verifySummary({ report: sampleReport('failed'), stored }, bare, { namesToo: true });
    expect(text).toMatch(/^## ❌ Verification failed\n/);
    expect(text).toContain('| table | `public.orders` | `12,480 rows` | `12,479 rows` |  |\n');
    expect(text).toMatch(/\*\*Do not rely on this backup\.\*\*[^\n]*\n$/);
  });

  it('says that a verdict was not stored', () => {
    const text = verifySummary({ report: sampleReport('passed'), stored: undefined }, bare, {
      namesToo: true,
    });
    expect(text).toMatch(/could not be stored[^\n]*\n$/);
  });

  it.each(['passed', 'failed'] as const)(
    'names nothing of what is in the database in public: %s',
    (verdict) => {
      const report = sampleReport(verdict);
      const text = verifySummary({ report, stored }, bare, { namesToo: false });
      for (const { name, expected, found, why } of report.findings.filter(
        (finding) => finding.verdict !== 'equal',
      ))
        for (const told of [name, expected, found, why].filter(
          (each) => each !== undefined && each.length > 5,
        ))
          expect(text).not.toContain(told);
      expect(text).not.toContain('public.');
      expect(text).toContain(
        verdict === 'passed' ? '| Total | 19 | **1** | 1 |' : '| Total | 17 | **3** | 1 |',
      );
      expect(text).toContain('This repository is public');
    },
  );

  it('says in public too which backup it was, and what of it is sound', () => {
    const newer: Finding = {
      kind: 'newer backup',
      name: '20261121T021703Z-k3fd',
      verdict: 'different',
      why: 'it is torn',
    };
    const report = sampleReport('failed', {
      findings: [newer],
      warnings: ['20261122T021703Z-k3fd has none'],
    });
    for (const namesToo of [true, false]) {
      const text = verifySummary({ report, stored }, bare, { namesToo });
      expect(text).toMatch(/^## ❌ Verification failed\n/);
      expect(text).toContain('| newer backup | `20261121T021703Z-k3fd` |  |  | it is torn |\n');
      expect(text).toContain('### Take note\n\n- 20261122T021703Z-k3fd has none\n');
      expect(text).not.toContain('This repository is public');
      expect(text).not.toContain('Do not rely');
      expect(text).toMatch(/\n\*\*This backup itself is sound\*\*[^\n]*\n$/);
    }
    const worse = sampleReport('failed', { findings: [newer, ...sampleReport('failed').findings] });
    expect(verifySummary({ report: worse, stored }, bare, { namesToo: false })).toMatch(
      /newer backup.*it is torn[^]*This repository is public[^]*Do not rely on this backup/,
    );
  });

  it('escapes everything that comes from elsewhere', () => {
    const evil = '<img src=x>|`@octocat`\n## x';
    const finding: Finding = {
      kind: 'table',
      name: evil,
      verdict: 'different',
      expected: evil,
      found: evil,
      why: evil,
    };
    const findings: Finding[] = [
      finding,
      { ...finding, minor: true },
      { ...finding, verdict: 'not measured' },
    ];
    const report = sampleReport('failed', {
      findings,
      warnings: [evil],
      neutralised: [evil, `foreign server ${evil}`],
      name: evil,
      database: evil,
      label: evil,
      storage: evil,
      server: { scratch: evil, source: evil, isolated: false },
      control: { outcome: 'noticed', damage: evil },
    });
    const text = verifySummary({ report, stored: evil }, summaryMarkup, { namesToo: true });
    expect(text).not.toMatch(/<img|@octocat|^## x/m);
    for (const line of text.split('\n').filter((each) => each.startsWith('|')))
      expect([3, 4, 5, 6]).toContain(line.split('|').length - 1);
  });

  it('stays readable where everything differs', () => {
    const findings = Array.from({ length: 1200 }, (_, index): Finding => ({
      kind: 'table',
      name: `public.t${index}`,
      verdict: 'different',
      expected: '1 row',
      found: 'missing',
    }));
    const text = verifySummary({ report: sampleReport('failed', { findings }), stored }, bare, {
      namesToo: true,
    });
    expect(text).toContain('`public.t199`');
    expect(text).not.toContain('`public.t200`');
    expect(text).toContain('... and 1,000 more; the output `report` has them.');
  });
});
