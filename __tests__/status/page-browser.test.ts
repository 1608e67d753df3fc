import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportPage } from '../../src/status/page/page.js';
import { chromiumIsHere, startBrowser, type Browser } from '../support/chromium.js';
import { nightly, reportOf, runsOf } from './page-report.js';

/** The texts whose contrast with what they stand on is below WCAG AA. */
const FAINT = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (text) => rgb(text).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgb(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('body *')].filter((element) => {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')) return false;
    const style = getComputedStyle(element);
    const inSvg = element.namespaceURI.endsWith('svg');
    if (element.tagName === 'title') return false;
    const pair = [light(inSvg ? style.fill : style.color), light(ground(element))].sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05) < 4.5;
  }).map((element) => element.outerHTML.slice(0, 80));
})()`;

(chromiumIsHere('status/page-browser') ? describe : describe.skip)('the page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-page-'));
  const url = `file://${folder}/page.html`;
  let browser: Browser;

  beforeAll(async () => {
    const late = nightly(40);
    late.entries.splice(-3);
    const stored = [
      { inventory: late, records: runsOf([0, 1, 2]) },
      { inventory: nightly(300), records: runsOf([9]), storage: `file:///${'very-long-folder-'.repeat(8)}` },
    ];
    writeFileSync(join(folder, 'page.html'), reportPage(reportOf(stored, { last: 3, monthly: 12 })));
    browser = await startBrowser();
    for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await browser.send(`${domain}.enable`);
  });
  afterAll(async () => {
    await browser.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await browser.send('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value: unknown }).value;
  };
  const open = async (width: number, scheme: 'light' | 'dark'): Promise<void> => {
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await browser.send('Emulation.setEmulatedMedia', { features });
    const screen = { width, height: 800, deviceScaleFactor: 1, mobile: width < 500 };
    await browser.send('Emulation.setDeviceMetricsOverride', screen);
    await browser.send('Page.navigate', { url });
    await browser.send('Runtime.evaluate', {
      expression: `new Promise((resolve) => document.readyState === 'complete' ? resolve() : addEventListener('load', resolve))`,
      awaitPromise: true,
    });
  };

  it('shows what it says in both schemes, readably, on a phone too, and asks nobody for anything', async () => {
    const grounds = [];
    for (const scheme of ['light', 'dark'] as const) {
      for (const width of [360, 1200]) {
        await open(width, scheme);
        expect(await evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(await evaluate(FAINT)).toEqual([]);
      }
      grounds.push(await evaluate('getComputedStyle(document.body).backgroundColor'));
    }
    expect(grounds).toEqual(['rgb(246, 247, 249)', 'rgb(15, 19, 25)']);
    const text = await evaluate('document.body.innerText');
    for (const part of ['Backups need attention', '3 d 6 h old', '37 backups', 'Restored in', '3 min 41 s'])
      expect(text).toContain(part);
    const { data } = await browser.send('Page.captureScreenshot', { format: 'png' });
    expect(Buffer.from(data as string, 'base64').length).toBeGreaterThan(20_000);
    const requests = browser.events
      .filter(({ method }) => method === 'Network.requestWillBeSent')
      .map(({ params }) => (params['request'] as { url: string }).url)
      .filter((each) => !each.startsWith('data:'));
    expect(new Set(requests)).toEqual(new Set([url]));
    const said = ['Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded'];
    expect(browser.events.filter(({ method }) => said.includes(method))).toEqual([]);
  });
});
