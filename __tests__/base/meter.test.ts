import { describe, expect, it } from '@jest/globals';
import { describeReading, LOG_EVERY_MS, Meter, ProgressLog } from '../../src/base/meter.js';

const MIB = 1024 * 1024;

describe('Meter', () => {
  it('works out rate and time left', () => {
    const meter = new Meter();
    meter.update({ label: 'dumping shop', bytes: 0, share: 0 }, 1000);
    const { started, reading } = meter.update(
      { label: 'dumping shop', bytes: 100 * MIB, share: 0.25 },
      11_000,
    );
    expect(started).toBe(false);
    expect(reading).toEqual({
      label: 'dumping shop',
      bytes: 100 * MIB,
      rate: 10 * MIB,
      share: 0.25,
      secondsLeft: 30,
    });
    expect(describeReading(reading)).toBe('100 MiB, 10.0 MiB/s, 25%, about 30 s left');
  });

  it('guesses nothing from too little', () => {
    const meter = new Meter();
    const first = meter.update({ label: 'a', bytes: 0, share: 0.5 }, 0).reading;
    expect([first.rate, first.secondsLeft]).toEqual([undefined, undefined]);
    expect(meter.update({ label: 'a', bytes: 9, share: 0.5 }, 2999).reading.secondsLeft).toBeUndefined();
    expect(meter.update({ label: 'a', bytes: 9, share: 0.001 }, 60_000).reading.secondsLeft).toBeUndefined();
    expect(describeReading(meter.update({ label: 'a', bytes: 9 }, 90_000).reading)).toBe('9 B, 0 B/s');
  });

  it('never says that all is done', () => {
    const meter = new Meter();
    meter.update({ label: 'a', bytes: 0 }, 0);
    expect(meter.update({ label: 'a', bytes: 1, share: 1.7 }, 10).reading.share).toBe(0.99);
  });

  it('begins anew with a new label and when bytes go back', () => {
    const meter = new Meter();
    expect(meter.update({ label: 'a', bytes: 5 }, 0).started).toBe(true);
    expect(meter.update({ label: 'b', bytes: 6 }, 1).started).toBe(true);
    expect(meter.update({ label: 'b', bytes: 7 }, 2).started).toBe(false);
    expect(meter.update({ label: 'b', bytes: 1 }, 3).started).toBe(true);
  });
});

describe('ProgressLog', () => {
  it('writes a line every 15 seconds', () => {
    const log = new ProgressLog();
    const lines: [number, string][] = [];
    for (let now = 0; now <= 40_000; now += 100) {
      const line = log.line({ label: 'dumping shop', bytes: now * 1024 }, now);
      if (line !== undefined) lines.push([now, line]);
    }
    expect(lines).toEqual([
      [LOG_EVERY_MS, 'dumping shop: 14.6 MiB, 1000 KiB/s'],
      [2 * LOG_EVERY_MS, 'dumping shop: 29.3 MiB, 1000 KiB/s'],
    ]);
  });

  it('counts anew for each piece of work', () => {
    const log = new ProgressLog();
    expect(log.line({ label: 'a', bytes: 0 }, 0)).toBeUndefined();
    expect(log.line({ label: 'b', bytes: 0 }, 14_999)).toBeUndefined();
    expect(log.line({ label: 'b', bytes: 1 }, 20_000)).toBeUndefined();
    expect(log.line({ label: 'b', bytes: 1 }, 29_999)).toMatch(/^b: 1 B/);
  });

  it('tells of two pieces of work that are under way at once', () => {
    const log = new ProgressLog();
    const lines: string[] = [];
    for (let now = 0; now <= 16_000; now += 1000) {
      for (const label of ['a', 'b']) lines.push(log.line({ label, bytes: now }, now) ?? '');
    }
    expect(lines.filter((line) => line !== '')).toEqual(['a: 14.6 KiB, 1000 B/s', 'b: 14.6 KiB, 1000 B/s']);
  });
});
