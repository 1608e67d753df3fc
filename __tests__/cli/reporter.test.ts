import { describe, expect, it } from '@jest/globals';
import { TerminalReporter, type TerminalOptions } from '../../src/cli/reporter.js';

const CLEAR = '\r\u001b[2K';

function fixture(options: Partial<TerminalOptions> & { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  const clock = { now: 0 };
  const { isTTY = false, columns = 80, ...rest } = options;
  const reporter = new TerminalReporter({
    terminal: { write: (text) => written.push(text), isTTY, columns },
    env: {},
    now: () => clock.now,
    ...rest,
  });
  return { reporter, clock, written, text: () => written.join('') };
}

describe('TerminalReporter in a log', () => {
  it('writes plain lines', async () => {
    const { reporter, text } = fixture();
    reporter.info('hello');
    reporter.warn('careful');
    reporter.error('broken');
    reporter.output('pg_dump', 'reading tables');
    const result = await reporter.group('Dump', () => {
      reporter.info('inside');
      return Promise.resolve(7);
    });
    expect(result).toBe(7);
    expect(text()).toBe('hello\nwarning: careful\nerror: broken\npg_dump: reading tables\nDump\ninside\n');
  });

  it('hides secrets and control characters in everything', async () => {
    const { reporter, text } = fixture();
    reporter.mask('hunter\u001b2');
    reporter.info('a hunter\u001b2');
    reporter.warn('b hunter\u001b2');
    reporter.error('c hunter\u001b2');
    reporter.output('psql', 'd hunter\u001b2\u001b[2J\r');
    await reporter.group('e hunter\u001b2', () => Promise.resolve());
    expect(text()).toBe('a ***\nwarning: b ***\nerror: c ***\npsql: d ***\\x1b[2J\\x0d\ne ***\n');
  });

  it('has a progress line every 15 seconds', () => {
    const { reporter, clock, text } = fixture();
    for (clock.now = 0; clock.now <= 31_000; clock.now += 50) {
      reporter.progress({ label: 'dumping shop', bytes: clock.now * 1024, share: clock.now / 60_000 });
    }
    expect(text()).toBe(
      [
        'dumping shop: 14.6 MiB, 1000 KiB/s, 25%, about 45 s left',
        'dumping shop: 29.3 MiB, 1000 KiB/s, 50%, about 30 s left',
        '',
      ].join('\n'),
    );
  });

  it('says only what matters when quiet', async () => {
    const { reporter, clock, text } = fixture({ quiet: true });
    reporter.info('hello');
    reporter.output('pg_dump', 'reading tables');
    await reporter.group('Dump', () => Promise.resolve());
    for (clock.now = 0; clock.now <= 31_000; clock.now += 50)
      reporter.progress({ label: 'a', bytes: clock.now });
    reporter.warn('careful');
    reporter.error('broken');
    expect(text()).toBe('warning: careful\nerror: broken\n');
  });
});

describe('TerminalReporter on a terminal', () => {
  it('draws a bar ten times a second at most, and takes it away for a line', () => {
    const { reporter, clock, written } = fixture({ isTTY: true, env: { NO_COLOR: '1' } });
    for (clock.now = 0; clock.now < 1000; clock.now += 10) {
      reporter.progress({ label: 'dumping shop', bytes: clock.now * 1024, share: clock.now / 2000 });
    }
    expect(written).toHaveLength(10);
    expect(written[5]).toBe(`${CLEAR}dumping shop [######..................] 500 KiB, 1000 KiB/s, 25%`);
    reporter.info('a line');
    expect(written.slice(10)).toEqual([CLEAR, 'a line\n']);
    reporter.clear();
    expect(written).toHaveLength(12);
  });

  it('draws no bar where the share is not known', () => {
    const { reporter, written } = fixture({ isTTY: true });
    reporter.progress({ label: 'dumping shop', bytes: 2048 });
    expect(written).toEqual([`${CLEAR}dumping shop 2.0 KiB`]);
  });

  it('never reaches the last column', () => {
    const { reporter, written } = fixture({ isTTY: true, columns: 30 });
    reporter.progress({ label: 'dumping a database with a long name', bytes: 2048, share: 0.5 });
    expect(written).toEqual([`${CLEAR}dumping a database with a lo…`]);
  });

  it('draws at once when another piece of work begins', () => {
    const { reporter, written } = fixture({ isTTY: true });
    reporter.progress({ label: 'a', bytes: 1 });
    reporter.progress({ label: 'b', bytes: 1 });
    expect(written).toHaveLength(2);
  });

  it.each<[string, Partial<TerminalOptions>, boolean]>([
    ['by default', {}, true],
    ['with NO_COLOR', { env: { NO_COLOR: '1' } }, false],
    ['with an empty NO_COLOR', { env: { NO_COLOR: '' } }, true],
    ['on a dumb terminal', { env: { TERM: 'dumb' } }, false],
    ['with --no-color', { color: false }, false],
  ])('has colours %s: %#', (_, options, colored) => {
    const { reporter, text } = fixture({ isTTY: true, ...options });
    reporter.warn('careful');
    expect(text()).toBe(colored ? '\u001b[33mwarning:\u001b[0m careful\n' : 'warning: careful\n');
  });

  it('takes the bar away when a group ends, also by an error', async () => {
    const { reporter, written } = fixture({ isTTY: true });
    const failing = reporter.group('Dump', () => {
      reporter.progress({ label: 'a', bytes: 1 });
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(written.at(-1)).toBe(CLEAR);
  });
});
