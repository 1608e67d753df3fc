import { describe, expect, it } from '@jest/globals';
import { newId } from '../../src/backup/id.js';
import { planRetention } from '../../src/retention/plan.js';
import type { Candidate, Count, Policy } from '../../src/retention/types.js';
import { Random, seedOfRun } from '../support/random.js';

const HOUR = 3_600_000;
const NOW = new Date('2026-11-20T02:00:00Z');
const RULES = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/** A history of some shape: dense, sparse, in bursts, with gaps, with clocks that are wrong. */
function history(random: Random): Candidate[] {
  const spread = random.pick([3 * HOUR, 40 * HOUR, 60 * 24 * HOUR, 900 * 24 * HOUR, 9000 * 24 * HOUR]);
  const grain = random.pick([1, 1000, HOUR, 24 * HOUR]);
  return Array.from({ length: random.below(40) }, () => {
    const back = Math.floor(random.below(spread) / grain) * grain;
    const ahead = random.once(25) ? random.below(48 * HOUR) : 0;
    const time = random.once(60) ? new Date(NaN) : new Date(NOW.getTime() - back + ahead);
    return {
      id: newId(
        Number.isNaN(time.getTime()) ? NOW : time,
        Uint8Array.from({ length: 4 }, () => random.below(256)),
      ),
      time,
      label: random.pick([null, 'daily', 'weekly']),
      verified: random.once(4),
      bytes: random.below(1000),
    };
  });
}

function count(random: Random): Count {
  return random.once(12) ? 'unlimited' : 1 + random.below(8);
}

/** With one rule at least. */
function policy(random: Random): Policy {
  const some: Policy = {};
  for (const rule of RULES) if (random.once(3)) some[rule] = count(random);
  if (random.once(3))
    some.within = {
      years: random.below(2),
      months: random.below(3),
      days: random.below(9),
      hours: 1 + random.below(30),
    };
  return Object.keys(some).length === 0 ? { [random.pick(RULES)]: count(random) } : some;
}

/** One that keeps at least as much by every rule, and by more rules. */
function wider(given: Policy, random: Random): Policy {
  const more: Policy = { ...given };
  for (const rule of RULES) {
    const old = given[rule];
    if (old === undefined && random.once(3)) more[rule] = count(random);
    if (typeof old === 'number') more[rule] = random.once(6) ? 'unlimited' : old + random.below(4);
  }
  const { within } = given;
  if (within !== undefined) more.within = { ...within, days: within.days + random.below(40) };
  return random.once(20) ? {} : more;
}

/** What the documentation says in its own words: the newest of each of the last n periods that have one. */
function documented(dated: readonly Candidate[], { within, ...counts }: Policy): Set<string> {
  const sorted = [...dated].sort((a, b) => b.time.getTime() - a.time.getTime() || (a.id < b.id ? 1 : -1));
  const kept = new Set<string>();
  for (const rule of RULES) {
    const most = counts[rule];
    if (most === undefined) continue;
    const newest = new Map<string, string>();
    for (const { id, time } of sorted) {
      const name = rule === 'last' ? id : nameOf(rule, time);
      if (!newest.has(name)) newest.set(name, id);
    }
    const ids = [...newest.values()];
    for (const id of most === 'unlimited' ? ids : ids.slice(0, most)) kept.add(id);
    const oldest = sorted.at(-1);
    if (oldest !== undefined && (most === 'unlimited' || ids.length < most)) kept.add(oldest.id);
  }
  const [newest] = sorted;
  if (within !== undefined && newest !== undefined) {
    const since = new Date(newest.time);
    since.setUTCFullYear(
      since.getUTCFullYear() - within.years,
      since.getUTCMonth() - within.months,
      since.getUTCDate() - within.days,
    );
    for (const { id, time } of sorted)
      if (time.getTime() > since.getTime() - within.hours * HOUR) kept.add(id);
  }
  return kept;
}

function nameOf(rule: Exclude<(typeof RULES)[number], 'last'>, time: Date): string {
  const text = time.toISOString();
  if (rule === 'weekly') return isoWeek(time);
  return text.slice(0, { hourly: 13, daily: 10, monthly: 7, yearly: 4 }[rule]);
}

/** ISO 8601: a week belongs to the year that its Thursday is in. */
function isoWeek(time: Date): string {
  const thursday = new Date(time);
  thursday.setUTCHours(0, 0, 0, 0);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const week = Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / (24 * HOUR) + 1) / 7);
  return `${year}-W${week}`;
}

const seed = seedOfRun();

describe(`a plan for any history (PGKEEP_SEED=${seed})`, () => {
  const random = new Random(seed);
  const cases = Array.from({ length: 1500 }, () => {
    const backups = history(random);
    return {
      backups,
      policy: policy(random),
      label: random.pick([undefined, undefined, 'daily', 'weekly']),
      justMade: random.once(2) && backups.length > 0 ? backups[random.below(backups.length)]?.id : undefined,
      now: NOW,
    };
  });
  type Case = (typeof cases)[number];

  const removedBy = (one: Case): Set<string> =>
    new Set(planRetention(one).decisions.flatMap(({ id, keep }) => (keep ? [] : [id])));
  const after = (one: Case): Case => {
    const removed = removedBy(one);
    return { ...one, backups: one.backups.filter(({ id }) => !removed.has(id)) };
  };
  const isDated = ({ time }: Candidate): boolean => time.getTime() <= NOW.getTime() + 5 * 60_000;
  const newest = (backups: readonly Candidate[]): Candidate | undefined =>
    backups.reduce<Candidate | undefined>(
      (best, one) =>
        best === undefined || one.time > best.time || (+one.time === +best.time && one.id > best.id)
          ? one
          : best,
      undefined,
    );

  it('removes enough for these tests to mean something', () => {
    const removed = cases.map((one) => removedBy(one).size);
    expect(removed.filter((size) => size > 0).length).toBeGreaterThan(cases.length / 4);
    expect(removed.filter((size) => size === 0).length).toBeGreaterThan(cases.length / 50);
  });

  it('keeps the newest, the newest verified, the one just made and what is not dated, and removes nothing of another label', () => {
    for (const one of cases) {
      const removed = removedBy(one);
      const scope = one.backups.filter(({ label }) => one.label === undefined || label === one.label);
      const dated = scope.filter(isDated);
      const verified = dated.filter((backup) => backup.verified);
      const safe = [newest(dated), newest(verified), ...scope.filter((backup) => !isDated(backup))];
      for (const backup of safe) if (backup !== undefined) expect(removed).not.toContain(backup.id);
      // Of the family too, where every backup has the label and where none is asked for.
      for (const backup of [
        newest(one.backups.filter(isDated)),
        newest(one.backups.filter((b) => isDated(b) && b.verified)),
      ])
        if (backup !== undefined) expect(removed).not.toContain(backup.id);
      expect(removed).not.toContain(one.justMade);
      for (const id of removed) expect(scope.map((backup) => backup.id)).toContain(id);
    }
  });

  it('keeps exactly what the documented rules keep, and what is always kept', () => {
    for (const one of cases) {
      const scope = one.backups.filter(({ label }) => one.label === undefined || label === one.label);
      const dated = scope.filter(isDated);
      const expected = documented(dated, one.policy);
      for (const backup of [newest(dated), newest(dated.filter(({ verified }) => verified))])
        if (backup !== undefined) expected.add(backup.id);
      for (const backup of scope) if (!isDated(backup) || backup.id === one.justMade) expected.add(backup.id);
      const kept = planRetention(one).decisions.flatMap(({ id, keep }) => (keep ? [id] : []));
      expect([...kept].sort()).toEqual([...expected].sort());
    }
  });

  it('gives every backup that it keeps a reason and no other one, and weighs both', () => {
    for (const one of cases) {
      const { decisions, keptBytes, removedBytes } = planRetention(one);
      for (const { keep, reasons } of decisions) expect(reasons.length > 0).toBe(keep);
      const bytes = (ids: ReadonlySet<string>): number =>
        one.backups.reduce((sum, backup) => sum + (ids.has(backup.id) ? backup.bytes : 0), 0);
      expect(removedBytes).toBe(bytes(removedBy(one)));
      expect(keptBytes + removedBytes).toBe(bytes(new Set(decisions.map(({ id }) => id))));
    }
  });

  // Of `within` too: the newest backup, from which it counts back, is always kept. It no longer holds once a newer backup is
  // there, a verdict has changed, or what was dated in the future is so no more; then there is something new to decide.
  it('removes nothing more when it is made again', () => {
    for (const one of cases) expect([...removedBy(after(one))]).toEqual([]);
  });

  it('removes nothing more with a wider policy, or without a rule', () => {
    for (const one of cases) {
      const removed = removedBy(one);
      for (const id of removedBy({ ...one, policy: wider(one.policy, random) }))
        expect(removed).toContain(id);
      expect([...removedBy({ ...one, policy: {} })]).toEqual([]);
    }
  });

  it('does not depend on the order in which the store lists', () => {
    for (const one of cases.slice(0, 500)) {
      const mixed = [...one.backups].sort(() => random.below(3) - 1);
      expect(planRetention({ ...one, backups: mixed })).toEqual(planRetention(one));
    }
  });
});
