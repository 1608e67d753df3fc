import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBrowser } from './chromium.js';

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

/** A page in a real browser. */
export interface PageInBrowser {
  /** Shows it anew on a screen of so many pixels. */
  open(width: number, scheme: 'light' | 'dark'): Promise<void>;
  evaluate(expression: string): Promise<unknown>;
  /** What nobody can read. */
  faint(): Promise<unknown>;
  /** A PNG of what is on the screen. */
  picture(): Promise<Buffer>;
  /** What it asked for beside itself and what is in it, and what it said on the console or to its policy's log. */
  noise(): unknown[];
  close(): Promise<void>;
}

export async function openInBrowser(markup: string): Promise<PageInBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-page-'));
  const url = `file://${folder}/page.html`;
  writeFileSync(join(folder, 'page.html'), markup);
  const browser = await startBrowser();
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await browser.send(`${domain}.enable`);
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await browser.send('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value: unknown }).value;
  };
  return {
    evaluate,
    faint: () => evaluate(FAINT),
    async open(width, scheme) {
      const features = [{ name: 'prefers-color-scheme', value: scheme }];
      await browser.send('Emulation.setEmulatedMedia', { features });
      const screen = { width, height: 800, deviceScaleFactor: 1, mobile: width < 500 };
      await browser.send('Emulation.setDeviceMetricsOverride', screen);
      await browser.send('Page.navigate', { url });
      await browser.send('Runtime.evaluate', {
        expression: `new Promise((resolve) => document.readyState === 'complete' ? resolve() : addEventListener('load', resolve))`,
        awaitPromise: true,
      });
    },
    async picture() {
      const { data } = await browser.send('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(data as string, 'base64');
    },
    noise() {
      const said = ['Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded'];
      const requests = browser.events
        .filter(({ method }) => method === 'Network.requestWillBeSent')
        .map(({ params }) => (params['request'] as { url: string }).url)
        .filter((each) => each !== url && !each.startsWith('data:'));
      return [...requests, ...browser.events.filter(({ method }) => said.includes(method))];
    },
    async close() {
      await browser.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
