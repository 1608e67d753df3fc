import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/base/errors.js';
import {
  describePolicy,
  formatWithin,
  hasNoRule,
  parseCount,
  parseWithin,
} from '../../src/retention/policy.js';
import type { Policy } from '../../src/retention/types.js';

describe('a count', () => {
  it.each<[string, number | 'unlimited']>([
    ['1', 1],
    [' 12 ', 12],
    ['007', 7],
    ['1000000', 1_000_000],
    ['unlimited', 'unlimited'],
  ])('%j', (text, count) => expect(parseCount(text)).toBe(count));

  it.each([
    ['', /empty/],
    ['  ', /empty/],
    ['0', /keeps nothing/],
    ['-1', /"-1" is negative.*unlimited/],
    ['-7', /negative/],
    ['1000001', /more than 1,000,000.*unlimited/],
    ['99999999999999999999999999', /more than 1,000,000/],
    ['1e3', /not a whole number/],
    ['7.5', /not a whole number/],
    ['0x10', /not a whole number/],
    ['seven', /"seven" is not a whole number/],
    ['Unlimited!', /not a whole number/],
    ['７', /not a whole number/],
  ])('%j is refused', (text, message) => {
    expect(() => parseCount(text)).toThrow(message);
    expect(() => parseCount(text)).toThrow(UserError);
  });
});

describe('a span', () => {
  it.each([
    ['1y5m7d2h', { years: 1, months: 5, days: 7, hours: 2 }],
    ['2h7d', { years: 0, months: 0, days: 7, hours: 2 }],
    [' 30d ', { years: 0, months: 0, days: 30, hours: 0 }],
    ['1000y', { years: 1000, months: 0, days: 0, hours: 0 }],
    ['0y36h', { years: 0, months: 0, days: 0, hours: 36 }],
  ])('%j', (text, within) => expect(parseWithin(text)).toEqual(within));

  it.each([
    ['', /empty.*1y5m7d2h/],
    ['soon', /"soon" is not a span/],
    ['-3d', /"-3d" is negative/],
    ['3d-2h', /not a span/],
    ['7', /not a span/],
    ['d7', /not a span/],
    ['1.5d', /not a span/],
    ['7D', /not a span/],
    ['7 d', /not a span/],
    ['1w', /unit "w", which is not known \(a week is 7d\)/],
    ['30s', /unit "s"/],
    ['1d2d', /gives days twice/],
    ['0d', /no time at all/],
    ['0y0m0d0h', /no time at all/],
    ['1001y', /longer than a thousand years/],
    ['99999999999999999999d', /longer than a thousand years/],
  ])('%j is refused', (text, message) => {
    expect(() => parseWithin(text)).toThrow(message);
    expect(() => parseWithin(text)).toThrow(UserError);
  });

  it('does not repeat what is long or acts on a terminal', () => {
    expect(() => parseWithin('x'.repeat(1000))).toThrow(/^"x{40}\.\.\."/);
    expect(() => parseCount('\x1b[31m')).toThrow(/^"\\x1b\[31m"/);
  });

  it.each(['1y5m7d2h', '7d', '1y2h'])('%s is written as it was read', (text) =>
    expect(formatWithin(parseWithin(text))).toBe(text),
  );
});

describe('the description of a policy', () => {
  it.each<[Policy, string]>([
    [{}, 'keep everything'],
    [{ within: { years: 0, months: 0, days: 0, hours: 0 } }, 'keep everything'],
    [{ last: 3 }, 'keep the last 3 backups'],
    [{ last: 1 }, 'keep the last 1 backup'],
    [{ last: 'unlimited' }, 'keep all backups'],
    [{ last: 3, daily: 7 }, 'keep the last 3 and 7 daily backups'],
    [{ daily: 7, weekly: 4, monthly: 'unlimited' }, 'keep 7 daily, 4 weekly and all monthly backups'],
    [{ within: parseWithin('5d') }, 'keep everything within 5d of the newest'],
    [
      { hourly: 24, within: parseWithin('5d') },
      'keep 24 hourly backups, and everything within 5d of the newest',
    ],
  ])('%j', (policy, text) => {
    expect(describePolicy(policy)).toBe(text);
    expect(hasNoRule(policy)).toBe(text === 'keep everything');
  });
});
