import { describe, expect, it } from '@jest/globals';
import { newId } from '../../src/backup/id.js';
import { planRetention, type RetentionInput } from '../../src/retention/plan.js';
import { parseWithin } from '../../src/retention/policy.js';
import type { Candidate, Policy, RetentionPlan } from '../../src/retention/types.js';

const NOW = new Date('2100-01-01T00:00:00Z');

function at(time: string, more: Partial<Candidate> = {}): Candidate {
  const date = new Date(time);
  const id = Number.isNaN(date.getTime()) ? '20200101T000000Z-none' : newId(date, Buffer.alloc(4));
  return { id, time: date, label: null, verified: false, bytes: 10, ...more };
}

function plan(
  backups: readonly Candidate[],
  policy: Policy,
  more: Partial<RetentionInput> = {},
): RetentionPlan {
  return planRetention({ backups, policy, now: NOW, ...more });
}

/** The times kept by a rule, and not only by what is always kept; newest first, as far as `cut` characters. */
function kept(times: readonly string[], policy: Policy, cut = 16): string[] {
  const backups = times.map((time) => at(time));
  const byId = new Map(backups.map(({ id }, index) => [id, (times[index] ?? '').slice(0, cut)]));
  return plan(backups, policy).decisions.flatMap(({ id, reasons }) =>
    reasons.some((reason) => / snapshot |^within/.test(reason)) ? [byId.get(id) ?? ''] : [],
  );
}

const dailyFrom = (first: string, last: string): string[] => {
  const times: string[] = [];
  for (let day = Date.parse(`${first}T11:00:00Z`); day <= Date.parse(`${last}T11:00:00Z`); day += 86_400_000)
    times.push(new Date(day).toISOString());
  return times;
};

describe("restic's documented examples", () => {
  const sundays = dailyFrom('2019-09-01', '2019-11-17').filter((_, index) => index % 7 === 0);

  it('daily 4 of twelve Sundays keeps the last four', () => {
    expect(sundays).toHaveLength(12);
    expect(kept(sundays, { daily: 4 }, 10)).toEqual(['2019-11-17', '2019-11-10', '2019-11-03', '2019-10-27']);
  });

  it('7 daily, 5 weekly, 12 monthly and 75 yearly of a backup a day for 100 years', () => {
    const found = kept(
      dailyFrom('1920-01-01', '2019-12-31'),
      { daily: 7, weekly: 5, monthly: 12, yearly: 75 },
      10,
    );
    const expected = new Set([
      ...dailyFrom('2019-12-25', '2019-12-31').map((time) => time.slice(0, 10)),
      // A Tuesday, then the Sundays before it.
      ...['2019-12-31', '2019-12-29', '2019-12-22', '2019-12-15', '2019-12-08'],
      ...[
        '01-31',
        '02-28',
        '03-31',
        '04-30',
        '05-31',
        '06-30',
        '07-31',
        '08-31',
        '09-30',
        '10-31',
        '11-30',
      ].map((day) => `2019-${day}`),
      ...Array.from({ length: 75 }, (_, index) => `${2019 - index}-12-31`),
    ]);
    expect(found).toEqual([...expected].sort().reverse());
    expect(found).toHaveLength(7 + 3 + 11 + 74);
  });

  it('within 2y5m7d3h counts back from the newest backup, not from now', () => {
    const times = [
      '2016-02-12T08:00:01Z',
      '2016-02-12T08:00:00Z',
      '2014-01-01T00:00:00Z',
      '2018-07-19T11:00:00Z',
    ];
    expect(kept(times, { within: parseWithin('2y5m7d3h') })).toEqual([
      '2018-07-19T11:00',
      '2016-02-12T08:00',
    ]);
    expect(kept(times, { within: parseWithin('2y5m7d3h') }, 19)[1]).toBe('2016-02-12T08:00:01');
  });
});

describe('periods', () => {
  it.each<[string, Policy, string[], string[]]>([
    [
      'only the newest of an hour',
      { hourly: 2 },
      ['2026-05-01T10:00:00Z', '2026-05-01T10:59:59Z', '2026-05-01T11:00:00Z', '2026-05-01T11:00:01Z'],
      ['2026-05-01T11:00:01Z', '2026-05-01T10:59:59Z'],
    ],
    [
      'hours without a backup do not count',
      { hourly: 2 },
      ['2026-05-01T10:00:00Z', '2026-04-01T10:00:00Z', '2026-03-01T10:00:00Z'],
      ['2026-05-01T10:00:00Z', '2026-04-01T10:00:00Z'],
    ],
    [
      'the same hour of another day is another hour',
      { hourly: 3 },
      ['2026-05-01T10:10:00Z', '2026-05-02T10:10:00Z', '2026-06-01T10:10:00Z'],
      ['2026-06-01T10:10:00Z', '2026-05-02T10:10:00Z', '2026-05-01T10:10:00Z'],
    ],
    [
      'days end at midnight in UTC',
      { daily: 2 },
      ['2026-03-28T23:59:59Z', '2026-03-29T00:00:00Z', '2026-03-29T23:59:59Z'],
      ['2026-03-29T23:59:59Z', '2026-03-28T23:59:59Z'],
    ],
    [
      'an hour that a time zone skips or has twice is an hour as any',
      { hourly: 4 },
      ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
      ['2026-10-25T01:30:00Z', '2026-10-25T00:30:00Z', '2026-03-29T01:30:00Z', '2026-03-29T00:30:00Z'],
    ],
    [
      'weeks run from Monday to Sunday',
      { weekly: 2 },
      ['2026-11-15T23:59:59Z', '2026-11-16T00:00:00Z', '2026-11-22T23:59:59Z'],
      ['2026-11-22T23:59:59Z', '2026-11-15T23:59:59Z'],
    ],
    [
      'a week may span New Year: 2024-12-30 to 2025-01-05 is one',
      { weekly: 2 },
      ['2024-12-29T12:00:00Z', '2024-12-30T12:00:00Z', '2025-01-05T12:00:00Z'],
      ['2025-01-05T12:00:00Z', '2024-12-29T12:00:00Z'],
    ],
    [
      'a year of 53 weeks: 2020-12-28 to 2021-01-03 is week 53 of 2020',
      { weekly: 3 },
      ['2020-12-27T12:00:00Z', '2020-12-28T12:00:00Z', '2021-01-03T12:00:00Z', '2021-01-04T12:00:00Z'],
      ['2021-01-04T12:00:00Z', '2021-01-03T12:00:00Z', '2020-12-27T12:00:00Z'],
    ],
    [
      'week 1 of two years is not one week',
      { weekly: 2 },
      ['2025-01-02T12:00:00Z', '2026-01-01T12:00:00Z'],
      ['2026-01-01T12:00:00Z', '2025-01-02T12:00:00Z'],
    ],
    [
      'before 1970, where numbers are negative',
      { weekly: 3, daily: 1 },
      ['1969-12-28T23:00:00Z', '1969-12-29T00:00:00Z', '1970-01-04T23:00:00Z', '1970-01-05T00:00:00Z'],
      ['1970-01-05T00:00:00Z', '1970-01-04T23:00:00Z', '1969-12-28T23:00:00Z'],
    ],
    [
      'months and leap days',
      { monthly: 3 },
      ['2024-02-29T12:00:00Z', '2024-02-28T12:00:00Z', '2024-03-01T00:00:00Z', '2023-02-28T12:00:00Z'],
      ['2024-03-01T00:00:00Z', '2024-02-29T12:00:00Z', '2023-02-28T12:00:00Z'],
    ],
    [
      'years',
      { yearly: 2 },
      ['2023-12-31T23:59:59Z', '2024-01-01T00:00:00Z', '2024-12-31T23:59:59Z', '2022-06-01T00:00:00Z'],
      ['2024-12-31T23:59:59Z', '2023-12-31T23:59:59Z'],
    ],
    [
      'more than there are keeps all periods, and the oldest backup besides',
      { daily: 9 },
      ['2026-05-01T10:00:00Z', '2026-05-01T11:00:00Z', '2026-05-01T12:00:00Z', '2026-05-02T12:00:00Z'],
      ['2026-05-02T12:00:00Z', '2026-05-01T12:00:00Z', '2026-05-01T10:00:00Z'],
    ],
    [
      'a count that is used up keeps no oldest',
      { daily: 2 },
      ['2026-05-01T10:00:00Z', '2026-05-01T11:00:00Z', '2026-05-02T12:00:00Z'],
      ['2026-05-02T12:00:00Z', '2026-05-01T11:00:00Z'],
    ],
    [
      'unlimited keeps the newest of every period and the oldest of all',
      { yearly: 'unlimited' },
      ['2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z', '2021-01-01T00:00:00Z', '2020-06-02T00:00:00Z'],
      ['2021-01-01T00:00:00Z', '2020-06-02T00:00:00Z', '2020-01-01T00:00:00Z'],
    ],
    [
      'last',
      { last: 2 },
      ['2026-01-03T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
      ['2026-01-03T00:00:00Z', '2026-01-02T00:00:00Z'],
    ],
    [
      'what any rule keeps is kept',
      { last: 1, monthly: 2 },
      ['2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z'],
      ['2026-03-02T00:00:00Z', '2026-02-01T00:00:00Z'],
    ],
    [
      // Go's AddDate: 31 February is 3 March.
      'one month before 31 March is 3 March',
      { within: parseWithin('1m') },
      ['2026-03-31T12:00:00Z', '2026-03-03T12:00:01Z', '2026-03-03T12:00:00Z', '2026-03-02T12:00:00Z'],
      ['2026-03-31T12:00:00Z', '2026-03-03T12:00:01Z'],
    ],
    [
      'a year before a leap day is 1 March',
      { within: parseWithin('1y') },
      ['2024-02-29T12:00:00Z', '2023-03-01T12:00:01Z', '2023-03-01T12:00:00Z'],
      ['2024-02-29T12:00:00Z', '2023-03-01T12:00:01Z'],
    ],
    [
      'a span longer than our era keeps all',
      { within: parseWithin('1000y12000m365250d8766000h') },
      ['2026-03-31T12:00:00Z', '1970-01-01T00:00:00Z'],
      ['2026-03-31T12:00:00Z', '1970-01-01T00:00:00Z'],
    ],
    [
      'a span that ends in the year 26, which is not 1926',
      { within: parseWithin('1000y12000m') },
      ['2026-03-31T12:00:00Z', '1900-03-31T12:00:00Z'],
      ['2026-03-31T12:00:00Z', '1900-03-31T12:00:00Z'],
    ],
    [
      'a span that ends a thousand years ago',
      { within: parseWithin('1000y') },
      ['2026-03-31T12:00:00Z', '1026-03-31T12:00:01Z', '1026-03-31T12:00:00Z'],
      ['2026-03-31T12:00:00Z', '1026-03-31T12:00:01Z'],
    ],
  ])('%s', (_what, policy, times, expected) => {
    expect(kept(times, policy, 24)).toEqual(expected);
  });
});

describe('reasons', () => {
  const [a, b, c] = [
    at('2026-05-01T10:00:00Z', { verified: true }),
    at('2026-05-02T10:00:00Z', { bytes: 7 }),
    at('2026-05-02T11:00:00Z', { bytes: 5 }),
  ] as const;

  it('names the rules, how far each has come, and what is always kept', () => {
    const { decisions, keptBytes, removedBytes, notes } = plan([a, b, c], {
      last: 1,
      daily: 7,
      within: parseWithin('1h'),
    });
    expect(decisions).toEqual([
      {
        id: c.id,
        keep: true,
        reasons: ['last snapshot 1 of 1', 'daily snapshot 1 of 7', 'within 1h', 'the newest backup'],
      },
      { id: b.id, keep: false, reasons: [] },
      { id: a.id, keep: true, reasons: ['daily snapshot 2 of 7', 'the newest verified backup'] },
    ]);
    expect([keptBytes, removedBytes]).toEqual([15, 7]);
    expect(notes).toEqual([]);
  });

  it('tells the oldest that a rule keeps because it has counts left, and rules without a limit', () => {
    expect(plan([b, c], { monthly: 2, yearly: 'unlimited' }).decisions.map(({ reasons }) => reasons)).toEqual(
      [
        ['monthly snapshot 1 of 2', 'yearly snapshot 1', 'the newest backup'],
        ['oldest monthly snapshot 2 of 2', 'oldest yearly snapshot 2'],
      ],
    );
  });

  it('keeps everything without a rule', () => {
    for (const policy of [{}, { within: { years: 0, months: 0, days: 0, hours: 0 } }]) {
      const { decisions } = plan([a, b, c], policy);
      expect(decisions.every(({ keep, reasons }) => keep && reasons[0] === 'no rule is given')).toBe(true);
    }
  });

  it('plans nothing for an empty family', () => {
    expect(plan([], { last: 1, within: parseWithin('1d') })).toEqual({
      decisions: [],
      keptBytes: 0,
      removedBytes: 0,
      notes: [],
    });
  });
});

describe('what is always kept', () => {
  const times = ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04'].map((day) => `${day}T10:00:00Z`);
  const keptIds = ({ decisions }: RetentionPlan): string[] =>
    decisions.filter(({ keep }) => keep).map(({ id }) => id);

  it('the newest verified backup, and only that of the verified', () => {
    const backups = times.map((time, index) => at(time, { verified: index < 2 }));
    expect(keptIds(plan(backups, { last: 1 }))).toEqual([backups[3]?.id, backups[1]?.id]);
  });

  it('the one just made, though the clock of its server makes it old', () => {
    const backups = times.map((time) => at(time));
    const { decisions } = plan(backups, { last: 1 }, { justMade: backups[0]?.id });
    expect(decisions.at(-1)).toEqual({ id: backups[0]?.id, keep: true, reasons: ['just made'] });
  });

  it('everything, where the one just made is not listed', () => {
    const backups = times.map((time) => at(time));
    const made = '20260505T100000Z-aaaa';
    const { decisions, notes } = plan(backups, { last: 1 }, { justMade: made });
    expect(decisions.every(({ keep }) => keep)).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/20260505T100000Z-aaaa .*incomplete.*nothing is removed/)]);
    expect(
      keptIds(plan(backups, { last: 1 }, { justMade: made, unreadable: [{ id: made, reason: 'x' }] })),
    ).toHaveLength(1);
  });

  it('what cannot be read, told in the notes', () => {
    const { decisions, notes } = plan(
      [at(times[0] ?? '')],
      { last: 1 },
      { unreadable: [{ id: 'X', reason: 'It is damaged.' }] },
    );
    expect(decisions).toHaveLength(1);
    expect(notes).toEqual(['X is kept: its manifest cannot be read. It is damaged.']);
  });

  it('what is dated in the future, in the place of nothing', () => {
    const now = new Date('2026-05-04T10:00:00Z');
    const future = at('2026-05-04T10:05:01Z', { verified: true });
    const near = at('2026-05-04T10:05:00Z');
    const backups = [
      ...times.slice(0, 3).map((time, index) => at(time, { verified: index === 0 })),
      near,
      future,
    ];
    const { decisions, notes } = plan(backups, { last: 1, within: parseWithin('1h') }, { now });
    expect(decisions.map(({ keep, reasons }) => [keep, ...reasons])).toEqual([
      [true, 'dated in the future'],
      [true, 'last snapshot 1 of 1', 'within 1h', 'the newest backup'],
      [false],
      [false],
      [true, 'the newest verified backup'],
    ]);
    expect(notes).toEqual([expect.stringMatching(/^1 backup is dated in the future.*Check the clocks/)]);
  });

  it('what has no time at all', () => {
    const { decisions } = plan([at('tomorrow'), ...times.map((time) => at(time))], { last: 1 });
    expect(decisions[0]).toMatchObject({ keep: true, reasons: ['its time cannot be read'] });
    expect(decisions.map(({ keep }) => keep)).toEqual([true, true, false, false, false]);
  });
});

describe('a label', () => {
  const days = ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04'];
  const backups = days.flatMap((day) => [
    at(`${day}T10:00:00Z`, { label: 'daily', verified: day === '2026-05-02' }),
    at(`${day}T11:00:00Z`, { label: 'weekly', verified: day === '2026-05-03' }),
    at(`${day}T12:00:00Z`),
  ]);

  it('has its own newest, newest verified and counts; the rest is not mentioned', () => {
    const { decisions, keptBytes, removedBytes } = plan(backups, { last: 1 }, { label: 'daily' });
    expect(decisions.map(({ id, keep }) => [id.slice(0, 11), keep])).toEqual([
      ['20260504T10', true],
      ['20260503T10', false],
      ['20260502T10', true],
      ['20260501T10', false],
    ]);
    expect([keptBytes, removedBytes]).toEqual([20, 20]);
  });

  it('that nothing carries plans nothing', () => {
    expect(plan(backups, { last: 1 }, { label: 'dai' }).decisions).toEqual([]);
  });

  it('is not asked for: all are one history', () => {
    expect(plan(backups, { last: 1 }).decisions).toHaveLength(12);
  });
});
