import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrationPage } from '../../src/migrations/report/index.js';
import type { MigrationReport } from '../../src/migrations/types.js';
import { chromiumIsHere } from '../support/chromium.js';
import { sampleMigrations } from '../support/migration-report.js';
import { openInBrowser, type PageInBrowser } from '../support/page-in-browser.js';

const failed = sampleMigrations({
  command: { outcome: 'failed', exitCode: 1, seconds: 5.6, tail: ['Applying 7', `at ${'x/'.repeat(200)}`] },
  notMeasured: ['Locks were not watched.'],
});
const headings = (page: string): string[] =>
  [...page.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, title]) => title ?? '');

describe('migrationPage', () => {
  it.each<[MigrationReport['outcome'], string, string]>([
    ['passed', 'good', 'Migration check passed'],
    ['failed', 'bad', 'Migration check failed'],
    ['approved', 'warn', 'Data loss approved by @mona'],
    ['skipped', 'warn', 'Migrations NOT CHECKED'],
  ])('has the verdict at its top: %s', (outcome, tone, title) => {
    const approvedBy = { label: 'fine', by: 'mona' };
    const page = migrationPage(sampleMigrations({ outcome, approvedBy }));
    expect(page).toContain(`<title>${title} · shop</title>`);
    expect(page).toContain(`<header class="${tone}">`);
  });

  it('has a part for all that is known, and none for what is not there', () => {
    expect(headings(migrationPage(failed))).toEqual([
      ...['What it did', 'Output', 'Statements', 'Locks', 'Gone or converted', 'Rows', 'Written anew'],
      ...['Schema', 'Not measured'],
    ]);
    const empty = { statements: [], locks: [], effects: null, schema: [], facts: [] };
    expect(headings(migrationPage(sampleMigrations({ ...empty, outcome: 'passed' })))).toEqual([]);
  });

  it('shows what changed in the schema line by line', () => {
    expect(migrationPage(failed)).toContain(
      '<span>     name text NOT NULL,</span><span class="removed">-    fax text,</span><span>     country text</span>',
    );
  });

  it('names nothing that a browser would fetch', () => {
    expect(migrationPage(failed)).not.toMatch(/\bsrc=|url\(|@import|<script|href="(?!data:)/);
  });
});

(chromiumIsHere('migrations/report-page') ? describe : describe.skip)('the page in a browser', () => {
  let page: PageInBrowser;
  beforeAll(async () => {
    const name = `a_very_long_name_${'x'.repeat(46)}`;
    const locks = failed.locks.map((lock) => ({ ...lock, table: { schema: name, name } }));
    page = await openInBrowser(migrationPage({ ...failed, locks }));
  });
  afterAll(() => page.close());

  it('is readable in both schemes and on a phone, and asks nobody for anything', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      for (const width of [360, 1200]) {
        await page.open(width, scheme);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(
          await page.evaluate(
            '[...document.querySelectorAll("section *")].filter((each) => each.getBoundingClientRect().right > innerWidth).map((each) => each.tagName)',
          ),
        ).toEqual([]);
        expect(await page.faint()).toEqual([]);
      }
    }
    expect(await page.evaluate('getComputedStyle(document.querySelector("pre .removed")).display')).toBe(
      'block',
    );
    expect(page.noise()).toEqual([]);
  });
});
