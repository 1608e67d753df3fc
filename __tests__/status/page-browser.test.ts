import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reportPage } from '../../src/status/page/page.js';
import { chromiumIsHere } from '../support/chromium.js';
import { openInBrowser, type PageInBrowser } from '../support/page-in-browser.js';
import { nightly, reportOf, runsOf } from './page-report.js';

/** Words that a narrow column tore in two. */
const BROKEN = `[...document.querySelectorAll('.chip:not(.plain), td .word')]
  .filter((each) => getComputedStyle(each).display !== 'none' && each.offsetHeight > 24).map((each) => each.textContent)`;

(chromiumIsHere('status/page-browser') ? describe : describe.skip)('the page in a browser', () => {
  let page: PageInBrowser;

  beforeAll(async () => {
    const late = nightly(40);
    late.entries.splice(-3);
    const records = runsOf([0, 1, 2]).map((run) => ({ ...run, error: run.error?.repeat(4) ?? null }));
    const [newest] = late.entries.slice(-1);
    if (newest !== undefined) newest.manifest.label = `before${'-the-great-migration'.repeat(3)}`;
    const stored = [
      { inventory: late, records },
      { inventory: nightly(300), records: runsOf([9]), storage: `file:///${'very-long-folder-'.repeat(8)}` },
    ];
    page = await openInBrowser(reportPage(reportOf(stored, { last: 3, monthly: 12 })));
  });
  afterAll(() => page.close());

  it('shows what it says in both schemes, readably, on a phone too, and asks nobody for anything', async () => {
    const grounds = [];
    for (const scheme of ['light', 'dark'] as const) {
      for (const width of [360, 1200]) {
        await page.open(width, scheme);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(await page.faint()).toEqual([]);
        expect(await page.evaluate(BROKEN)).toEqual([]);
      }
      grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
    }
    expect(grounds).toEqual(['rgb(246, 247, 249)', 'rgb(15, 19, 25)']);
    const text = await page.evaluate('document.body.innerText');
    for (const part of ['Backups need attention', '3 d 6 h old', '37 backups', 'Restored in', '3 min 41 s'])
      expect(text).toContain(part);
    expect((await page.picture()).length).toBeGreaterThan(20_000);
    expect(page.noise()).toEqual([]);
  });
});
