import { UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import { COUNTED, spanOf } from './policy.js';
import type { Counted } from './periods.js';
import type { Policy } from './types.js';

/** The days of one period of each rule, the shortest it can have. How long `last` reaches only the schedule knows. */
const DAYS: Record<Exclude<Counted, 'last'>, number> = {
  hourly: 1 / 24,
  daily: 1,
  weekly: 7,
  monthly: 28,
  yearly: 365,
};

/**
 * Artifacts go when their days are over, whatever a policy says.
 * @param days how long artifacts are kept (`artifactDays`)
 * @throws UserError for a policy that is meant to keep backups for longer
 */
export function refuseLongerPolicy(policy: Policy, days: number): void {
  const rule = COUNTED.find((each) => reach(policy, each) >= days);
  const span = spanOf(policy);
  const within =
    span === undefined ? 0 : span.years * 365 + span.months * 28 + span.days + Math.floor(span.hours / 24);
  const [input, reaches] =
    rule !== undefined
      ? [`keep-${rule}: ${policy[rule]}`, reach(policy, rule)]
      : within > days
        ? ['keep-within', within]
        : [];
  if (input === undefined || reaches === undefined) return;
  const how = reaches === Infinity ? 'for ever' : `for ${plural(Math.floor(reaches), 'day')} or more`;
  throw new UserError(
    `${input} would keep backups ${how}, and artifacts are gone after ${plural(days, 'day')}. Keep fewer, raise artifact-retention-days as far as the repository allows, or store in s3://bucket/prefix.`,
  );
}

/** How old the oldest backup that a rule keeps is at least, in days, where there is one in each period. */
function reach(policy: Policy, rule: Counted): number {
  const count = policy[rule];
  if (count === undefined) return 0;
  if (count === 'unlimited') return Infinity;
  return rule === 'last' ? 0 : (count - 1) * DAYS[rule];
}
