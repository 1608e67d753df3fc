import { UserError } from '../base/errors.js';
import { lookAgain } from './connect.js';
import { presence } from './facts.js';
import type { Job } from './job.js';
import { planRestore } from './plan.js';

/**
 * Plans once more with what the target is now: hours may have passed since somebody agreed to the plan.
 * What was written to a target that may be replaced changes nothing: it is kept with it.
 * @throws UserError when the target is no more the same database, or the plan would now be refused or another one
 */
export async function requireUnchanged(job: Job): Promise<void> {
  const { facts, plan, target } = job;
  const now = await lookAgain(job);
  const present = await presence({ ...job, target: now }, { ...facts, content: plan.content });
  const again = planRestore({ ...facts, target: now, present });
  const same = now.existing?.oid === target.existing?.oid;
  const reasons = same ? [...again.blockers, ...again.unconfirmed] : [];
  if (same && reasons.length === 0 && again.way === plan.way) return;
  throw new UserError(
    [
      `Database ${JSON.stringify(target.database)} has changed while the backup was being restored, and is left as it is.`,
      ...reasons,
      'Look at it, then run the restore again.',
    ].join(' '),
  );
}
