import { describe, expect, it } from '@jest/globals';
import { formatMilliseconds, minuteOf } from '../../src/base/units.js';

describe('formatMilliseconds', () => {
  it.each([
    [0, '0.0 ms'],
    [0.42, '0.4 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [61_000, '1 min 1 s'],
  ])('%d -> %s', (ms, text) => {
    expect(formatMilliseconds(ms)).toBe(text);
  });
});

describe('minuteOf', () => {
  it('is in UTC, for people', () => {
    expect(minuteOf('2026-11-20T02:17:09.120Z')).toBe('2026-11-20 02:17 UTC');
  });
});
