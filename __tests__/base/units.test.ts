import { describe, expect, it } from '@jest/globals';
import { formatAge, formatDuration, formatMilliseconds, minuteOf } from '../../src/base/units.js';

describe('formatMilliseconds', () => {
  it.each([
    [0, 'under 0.1 ms'],
    [0.05, '0.1 ms'],
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

describe('formatDuration', () => {
  it.each([
    [0, 'under 0.1 s'],
    [0.049, 'under 0.1 s'],
    [0.05, '0.1 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.6, '1 min 0 s'],
    [61, '1 min 1 s'],
    [7800, '2 h 10 min'],
  ])('%d -> %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('formatAge', () => {
  it.each([
    [-1, 'less than a minute'],
    [0, 'less than a minute'],
    [59.9, 'less than a minute'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [86_400, '1 d'],
    [273_600, '3 d 4 h'],
  ])('%d -> %s', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text);
  });
});

describe('minuteOf', () => {
  it('is in UTC, for people', () => {
    expect(minuteOf('2026-11-20T02:17:09.120Z')).toBe('2026-11-20 02:17 UTC');
  });
});
