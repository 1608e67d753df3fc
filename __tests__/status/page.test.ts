import { describe, expect, it } from '@jest/globals';
import { unknownHealth } from '../../src/status/health.js';
import { runLink } from '../../src/base/page/html.js';
import { groupsOf } from '../../src/status/page/groups.js';
import { reportPage } from '../../src/status/page/page.js';
import { nightly, NOW, reportOf, runsOf } from './page-report.js';

const EVIL = `"><img src=x onerror='alert(1)'></title><script>alert(2)</script>`;

describe('reportPage', () => {
  it('has each section, and the verdict in its title', () => {
    const page = reportPage(reportOf([{ inventory: nightly(60), records: runsOf([12]) }], { last: 3 }));
    expect(page).toContain('<title>Backups are healthy · shop</title>');
    const sections = [...page.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, title]) => title);
    expect(sections).toEqual(['Verifications', 'Backups', 'Next prune', 'Runs']);
    expect(page.match(/<figure>/g)).toHaveLength(4);
    expect(page).toContain('3 backups kept');
    expect(page).toContain('57 backups would be removed');
  });

  it('says nothing of a prune without a rule', () => {
    expect(reportPage(reportOf([{ inventory: nightly(9) }]))).not.toMatch(/next prune/i);
  });

  it('escapes whatever comes from a storage', () => {
    const inventory = { ...nightly(3, EVIL), unreadable: [{ id: EVIL, reason: EVIL, bytes: 1 }] };
    for (const { manifest } of inventory.entries) manifest.label = EVIL;
    const records = runsOf([1]).map((record) => ({ ...record, error: EVIL, action: EVIL, runUrl: EVIL }));
    const page = reportPage(reportOf([{ inventory, records, storage: EVIL }], { last: 1 }));
    expect(page).not.toMatch(/<img|<script|onerror='/);
    expect(page).toContain('&lt;script&gt;');
  });

  it('names nothing that a browser would fetch', () => {
    const page = reportPage(reportOf([{ inventory: nightly(30), records: runsOf([2]) }], { last: 3 }));
    expect(page).not.toMatch(/\bsrc=|url\(|@import|<script/);
    const links = [...page.matchAll(/href="(.*?)"/g)].map(([, link]) => link ?? '');
    expect(
      links.filter((link) => !/^(data:|#|https:\/\/github\.com\/octo\/shop\/actions\/runs\/)/.test(link)),
    ).toEqual([]);
  });

  it('is told of an empty family and of a storage that cannot be read', () => {
    const report = reportOf([{ inventory: nightly(0) }, { inventory: nightly(2), storage: 'artifact://' }]);
    const problem = { kind: 'storage-unreadable' as const, message: 'It cannot be read.' };
    report.result.healths.push(unknownHealth('s3://closed', null, problem, NOW));
    const page = reportPage({ ...report, contents: [...report.contents, undefined] });
    expect(page).toContain('Backups need attention');
    expect(page).toContain('It cannot be read.');
    expect(page).toContain('Nothing is known of what lies here.');
    expect(page.match(/<section id="storage-/g)).toHaveLength(3);
  });

  it('stays small with thousands of backups', () => {
    const page = reportPage(reportOf([{ inventory: nightly(5000), records: runsOf([]) }], { last: 9 }));
    expect(page).toContain('5,000 backups, newest first');
    expect(page).toContain('4,800 backups before these, by month');
    expect(page.length).toBeLessThan(400_000);
  });
});

describe('groupsOf', () => {
  it('loses neither the first and the last nor an outlier', () => {
    const samples = Array.from({ length: 1000 }, (_, at) => ({ at: `${at}`, value: at === 500 ? 9999 : 1 }));
    const groups = groupsOf(samples);
    expect([groups.length, groups[0]?.from, groups.at(-1)?.to]).toEqual([120, '0', '999']);
    expect(Math.max(...groups.map(({ most }) => most))).toBe(9999);
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  });
});

describe('runLink', () => {
  it.each([
    ['https://github.com/octo/shop/actions/runs/7', true],
    ['https://github.com/octo/shop/actions/runs/7/attempts/2', true],
    ['javascript:alert(1)//github.com/o/s/actions/runs/7', false],
    ['https://evil.example/login', false],
    [null, false],
  ])('%s: %s', (url, isLinked) => {
    expect(runLink(url).markup.includes('href')).toBe(isLinked);
  });
});
