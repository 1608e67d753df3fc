import type { DecryptionKeys } from '../codec/index.js';
import { UserError } from '../base/errors.js';
import type { Connection } from '../postgres/types.js';
import { restoreBeside } from './beside.js';
import { connectTarget, lookAgain, type Connected } from './connect.js';
import { gatherFacts } from './facts.js';
import { guard } from './guard.js';
import { restoreInPlace } from './in-place.js';
import type { Done, Job } from './job.js';
import { dropLeftovers } from './leftovers.js';
import { planRestore, type RestorePlan } from './plan.js';
import { planText } from './plan-text.js';
import { refusal } from './refusal.js';
import { NAMES_ELSEWHERE, withoutNames } from './sentence.js';
import type { RestoreOptions } from './run-options.js';
import { backUpTarget, type SafetyBackup } from './safety.js';
import { stageBackup } from './stage/index.js';
import { lockTarget } from './target/lock.js';
import { isEmpty } from './target/types.js';
import type { ChosenBackup } from './types.js';
import { contentOf, decideWay } from './way.js';

/** What was done with a backup that was chosen. */
export interface Performed {
  plan: RestorePlan;
  /** Undefined for a dry run. */
  done: Done | undefined;
  safetyBackup: SafetyBackup | undefined;
  /** There was something to compare with. */
  compared: boolean;
}

interface Source {
  chosen: ChosenBackup;
  connection: Connection;
  keys: DecryptionKeys;
}

/** Plans and does the restore of a backup. @throws UserError, the target being as it was */
export async function restoreChosen(options: RestoreOptions, source: Source): Promise<Performed> {
  const { reporter, inputs, tempDir, signal } = options;
  const { chosen, connection, keys } = source;
  const first = await reporter.group('Target', () => connectTarget(options, connection, chosen.manifest));
  if (!inputs.dryRun) refuseEarly(options, first, chosen);
  const staged = await reporter.group('Fetching the backup', () =>
    stageBackup({ chosen, keys, tempDir, tools: options, reporter, signal }),
  );
  try {
    // To fetch it may have taken long.
    const connected = { ...first, target: await lookAgain(first) };
    const facts = await reporter.group('Planning', async () => {
      const gathered = await gatherFacts(options, connected, staged);
      // That of a dry run is its result.
      if (!inputs.dryRun)
        reporter.info(planText(planRestore(gathered), { namesToo: options.isPublic !== true }));
      return gathered;
    });
    const plan = planRestore(facts);
    if (inputs.dryRun) return { plan, done: undefined, safetyBackup: undefined, compared: false };
    refuse(options, plan);
    for (const warning of plan.warnings) reporter.warn(told(options, warning));
    const { toc, selected } = facts;
    return await carryOut({ ...connected, options, plan, facts, staged, toc, selected }, keys);
  } finally {
    await staged.remove();
  }
}

type Audience = Pick<RestoreOptions, 'isPublic'>;

/** A sentence of the plan, for those who can read the log. */
function told({ isPublic }: Audience, sentence: string): string {
  return isPublic === true ? `${withoutNames(sentence)} ${NAMES_ELSEWHERE}` : sentence;
}

function refused({ isPublic }: Audience, reason: string): UserError {
  return isPublic === true ? new UserError(told({ isPublic }, reason)) : refusal(reason);
}

/** What can be seen before gigabytes are fetched. */
function refuseEarly(options: RestoreOptions, { target }: Connected, { manifest }: ChosenBackup): void {
  const { inputs } = options;
  const decision = decideWay(inputs, target, contentOf(inputs, manifest));
  // A backup of rows alone has more to say of it once it was looked at.
  if ('refusal' in decision && manifest.options['content'] !== 'data')
    throw refused(options, decision.refusal);
  const way = 'way' in decision ? decision.way : 'beside';
  const { unconfirmed, blockers } = guard(inputs, manifest, target, way);
  const [first] = [...blockers, ...unconfirmed];
  if (first !== undefined) throw refused(options, first);
}

/** @throws what stands in the way, one error for each */
function refuse(options: RestoreOptions, { blockers, unconfirmed }: RestorePlan): void {
  const reasons = [...blockers, ...unconfirmed].map((reason) => refused(options, reason));
  if (reasons.length > 1) throw new AggregateError(reasons, 'The restore cannot be done.');
  if (reasons[0] !== undefined) throw reasons[0];
}

/** Does it, while no other restore into the same target is at work. */
async function carryOut(job: Job, keys: DecryptionKeys): Promise<Performed> {
  const { open, target, plan, staged, options } = job;
  const lock = await open(target.maintenance ?? target.database, 'that keeps other restores away');
  try {
    await lockTarget(lock, target.database);
    await dropLeftovers(lock, target.database, options.reporter);
    const safetyBackup = await makeSafe(job, keys);
    const done = plan.way === 'beside' ? await restoreBeside(job) : await restoreInPlace(job);
    const compared = options.inputs.compare && staged.fingerprint !== undefined;
    return { plan, done, safetyBackup, compared };
  } finally {
    await lock.close();
  }
}

async function makeSafe(job: Job, keys: DecryptionKeys): Promise<SafetyBackup | undefined> {
  const { options, target, staged } = job;
  const { inputs, reporter } = options;
  const { safetyBackup: storage } = inputs;
  if (storage === undefined) return undefined;
  if (target.existing === undefined || isEmpty(target.existing)) {
    reporter.info('The target holds nothing, so there is nothing to back up first.');
    return undefined;
  }
  return reporter.group('Safety backup of the target', () =>
    backUpTarget(options, storage, { manifest: staged.manifest, keys, target }),
  );
}
