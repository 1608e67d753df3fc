import { describe, expect, it } from '@jest/globals';
import { refuseLongerPolicy } from '../../../src/retention/artifact-days.js';
import type { Policy } from '../../../src/retention/types.js';
import { refuseOpenArtifacts } from '../../../src/storage/artifact/access.js';
import { gbHours, gbHoursText } from '../../../src/storage/artifact/cost.js';
import { artifactDays } from '../../../src/storage/artifact/days.js';

describe('how long artifacts live', () => {
  it.each([
    [undefined, {}, { retentionDays: undefined, days: 90, note: undefined }],
    [undefined, { GITHUB_RETENTION_DAYS: '30' }, { retentionDays: undefined, days: 30, note: undefined }],
    [7, { GITHUB_RETENTION_DAYS: '30' }, { retentionDays: 7, days: 7, note: undefined }],
    [30, { GITHUB_RETENTION_DAYS: '30' }, { retentionDays: 30, days: 30, note: undefined }],
    [400, {}, { retentionDays: 400, days: 400, note: undefined }],
    [7, { GITHUB_RETENTION_DAYS: '' }, { retentionDays: 7, days: 7, note: undefined }],
  ])('%s days asked of %j', (asked, env, expected) => {
    expect(artifactDays(asked, env)).toEqual(expected);
  });

  it('says that the repository keeps them for less', () => {
    const { days, retentionDays, note } = artifactDays(180, { GITHUB_RETENTION_DAYS: '90' });
    expect([days, retentionDays]).toEqual([90, 90]);
    expect(note).toMatch(/is 180, and this repository keeps artifacts 90 days at most/);
  });

  it.each([0, -1, 401, 1.5, NaN])('refuses %d days', (days) => {
    expect(() => artifactDays(days, {})).toThrow(/from 1 to 90 days/);
  });

  const within = (given: object): Policy => ({
    within: { years: 0, months: 0, days: 0, hours: 0, ...given },
  });
  it.each<[Policy, number]>([
    [{}, 1],
    [{ last: 1000 }, 1],
    [{ daily: 90, weekly: 12, monthly: 3, hourly: 48 }, 90],
    [within({ days: 90 }), 90],
    [within({ months: 3 }), 90],
  ])('%j is met by artifacts of %d days', (policy, days) => {
    expect(() => refuseLongerPolicy(policy, days)).not.toThrow();
  });

  it.each<[Policy, number, RegExp]>([
    [
      { daily: 91 },
      90,
      /keep-daily: 91 would keep backups for 90 days or more, and artifacts are gone after 90 days/,
    ],
    [{ daily: 7, monthly: 12 }, 90, /keep-monthly: 12 would keep backups for 308 days/],
    [{ weekly: 14 }, 90, /keep-weekly: 14/],
    [{ yearly: 2 }, 90, /keep-yearly: 2/],
    [{ hourly: 25 }, 1, /keep-hourly: 25 .* artifacts are gone after 1 day\./],
    [{ last: 'unlimited' }, 400, /keep-last: unlimited would keep backups for ever/],
    [within({ days: 91 }), 90, /keep-within would keep backups for 91 days/],
    [within({ years: 1 }), 90, /keep-within would keep backups for 365 days/],
  ])('%j is refused for artifacts of %d days', (policy, days, sentence) => {
    expect(() => refuseLongerPolicy(policy, days)).toThrow(sentence);
  });
});

describe('what artifacts cost', () => {
  it('is what is stored times the hours of a month', () => {
    // The Free plan's 500 MB for a month, stored all the time by one backup a day that is kept for a day.
    expect(gbHours({ bytes: 500_000_000, everyHours: 24, days: 1 })).toBe(372);
    expect(gbHours({ bytes: 100_000_000, everyHours: 24, days: 30 })).toBeCloseTo(2232);
    expect(gbHours({ bytes: 100_000_000, everyHours: 1, days: 1 })).toBeCloseTo(1785.6);
  });

  it('is put into a sentence', () => {
    expect(gbHoursText({ bytes: 1_000_000, everyHours: 24, days: 90 })).toMatch(
      /about 67 GB-hours a month, 18 % of what/,
    );
    expect(gbHoursText({ bytes: 100_000_000, everyHours: 24, days: 90 })).toMatch(
      /about 6,696 GB-hours a month, 18\.0 times what the Free plan has: uploads will be blocked/,
    );
    expect(gbHoursText({ bytes: 10_000, everyHours: 24, days: 7 })).toMatch(
      /about 0\.1 GB-hours a month, 1 % of/,
    );
  });
});

it('refuses plaintext where everybody can read it, and only there', () => {
  expect(() => refuseOpenArtifacts({ isPublic: true, encrypted: false })).toThrow(
    /everybody can download its artifacts.*Set recipients/,
  );
  for (const [isPublic, encrypted] of [
    [true, true],
    [false, false],
    [false, true],
  ] as const)
    expect(() => refuseOpenArtifacts({ isPublic, encrypted })).not.toThrow();
});
