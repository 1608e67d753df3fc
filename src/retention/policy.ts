import { UserError } from '../base/errors.js';
import { printableLine } from '../base/text.js';
import { formatCount } from '../base/units.js';
import type { Counted } from './periods.js';
import type { Count, Policy, Within } from './types.js';

/** The rules that count, in the order in which reasons and descriptions name them. */
export const COUNTED: readonly Counted[] = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'];

/** Above it a count is a slip of the finger: hourly backups of a century are fewer. */
const HIGHEST_COUNT = 1_000_000;

/** The units of a span, and how many of each make the thousand years that is the most of it. */
const UNITS = {
  y: { field: 'years', most: 1000 },
  m: { field: 'months', most: 12_000 },
  d: { field: 'days', most: 365_250 },
  h: { field: 'hours', most: 8_766_000 },
} as const;

/** What was given may be long, or a secret that was pasted into the wrong place. */
function shown(text: string): string {
  return `"${printableLine(text.length > 40 ? `${text.slice(0, 40)}...` : text)}"`;
}

/**
 * How many backups a rule keeps: `7`, or `unlimited`.
 * @throws UserError for anything else: it says what is wrong, not of which input.
 */
export function parseCount(text: string): Count {
  const given = text.trim();
  if (given === 'unlimited') return given;
  const count = /^\d+$/.test(given) ? Number(given) : NaN;
  if (count >= 1 && count <= HIGHEST_COUNT) return count;
  if (given === '')
    throw new UserError('It is empty. Write how many to keep, or unlimited; leave it out for none.');
  if (count === 0) throw new UserError('0 keeps nothing. Leave it out, or write how many to keep.');
  if (count > HIGHEST_COUNT)
    throw new UserError(
      `${shown(given)} is more than ${formatCount(HIGHEST_COUNT)}. Write unlimited to keep all.`,
    );
  if (/^-\d+$/.test(given))
    throw new UserError(`${shown(given)} is negative. Write how many to keep, or unlimited to keep all.`);
  throw new UserError(`${shown(given)} is not a whole number. Write how many to keep, or unlimited.`);
}

/**
 * A span as restic writes it: `1y5m7d2h`, each unit at most once; `m` is months.
 * @throws UserError for anything else: it says what is wrong, not of which input.
 */
export function parseWithin(text: string): Within {
  const given = text.trim();
  const how = 'Write years, months, days and hours, such as 1y5m7d2h or 30d.';
  if (given === '') throw new UserError(`It is empty. ${how}`);
  if (given.startsWith('-')) throw new UserError(`${shown(given)} is negative. ${how}`);
  if (!/^(\d+[a-z])+$/.test(given)) throw new UserError(`${shown(given)} is not a span of time. ${how}`);
  const within: Within = { years: 0, months: 0, days: 0, hours: 0 };
  const seen = new Set<string>();
  for (const [, digits, letter] of given.matchAll(/(\d+)([a-z])/g)) {
    const unit = UNITS[letter as keyof typeof UNITS] as (typeof UNITS)['y' | 'm' | 'd' | 'h'] | undefined;
    if (unit === undefined)
      throw new UserError(
        `${shown(given)} has the unit "${letter}", which is not known${letter === 'w' ? ' (a week is 7d)' : ''}. ${how}`,
      );
    if (seen.has(unit.field)) throw new UserError(`${shown(given)} gives ${unit.field} twice. ${how}`);
    seen.add(unit.field);
    within[unit.field] = Number(digits);
    if (within[unit.field] > unit.most)
      throw new UserError(`${shown(given)} is longer than a thousand years. ${how}`);
  }
  if (isZero(within)) throw new UserError(`${shown(given)} is no time at all. ${how}`);
  return within;
}

/** `1y5m7d2h`, without the units that are 0. */
export function formatWithin({ years, months, days, hours }: Within): string {
  const units: [number, string][] = [
    [years, 'y'],
    [months, 'm'],
    [days, 'd'],
    [hours, 'h'],
  ];
  return units
    .filter(([number]) => number !== 0)
    .map(([number, unit]) => `${number}${unit}`)
    .join('');
}

function isZero({ years, months, days, hours }: Within): boolean {
  return years === 0 && months === 0 && days === 0 && hours === 0;
}

/** The span of a policy; undefined where it has none, or one of no length, which is no rule in restic either. */
export function spanOf({ within }: Policy): Within | undefined {
  return within === undefined || isZero(within) ? undefined : within;
}

/** Whether the policy has no rule: then everything is kept. */
export function hasNoRule(policy: Policy): boolean {
  return spanOf(policy) === undefined && COUNTED.every((rule) => policy[rule] === undefined);
}

/** `keep the last 3, 7 daily and all monthly backups, and everything within 1y of the newest`. */
export function describePolicy(policy: Policy): string {
  if (hasNoRule(policy)) return 'keep everything';
  const counted = COUNTED.flatMap((rule) => {
    const count = policy[rule];
    if (count === undefined) return [];
    if (rule === 'last') return [count === 'unlimited' ? 'all' : `the last ${formatCount(count)}`];
    return [count === 'unlimited' ? `all ${rule}` : `${formatCount(count)} ${rule}`];
  });
  const isOne = counted.length === 1 && COUNTED.some((rule) => policy[rule] === 1);
  const span = spanOf(policy);
  const parts = [
    ...(counted.length === 0 ? [] : [`${listed(counted)} ${isOne ? 'backup' : 'backups'}`]),
    ...(span === undefined ? [] : [`everything within ${formatWithin(span)} of the newest`]),
  ];
  return `keep ${parts.join(', and ')}`;
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
