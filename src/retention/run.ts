import { chooseFamily } from '../backup/catalogue.js';
import { writeLog } from '../backup/log.js';
import type { CommonOptions } from '../backup/run-options.js';
import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { familyName } from '../inputs/name.js';
import type { PruneOutput } from '../inputs/outputs.js';
import type { PruneInputs } from '../inputs/values.js';
import { openStore } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { policyOf } from './inputs.js';
import { pruneFamily, pruneProblems, removedIds, type Pruned } from './prune.js';

export interface PruneOptions extends CommonOptions {
  inputs: PruneInputs;
}

/** What became of each store. */
export interface PruneResult {
  pruned: Pruned[];
  /** Stores of which nothing was removed, and why. */
  failures: { storage: string; error: unknown }[];
}

/**
 * Removes from each store what the policy does not keep. One that cannot be listed whole loses nothing; the others are
 * pruned all the same.
 * @throws when nothing could be begun.
 */
export async function runPrune(options: PruneOptions): Promise<PruneResult> {
  const { inputs, signal } = options;
  const result: PruneResult = { pruned: [], failures: [] };
  for (const url of inputs.storage) {
    const store = await openStore(url, options);
    try {
      result.pruned.push(await pruneStore(options, store));
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      result.failures.push({ storage: store.url, error });
    }
  }
  return result;
}

async function pruneStore(options: PruneOptions, store: Store): Promise<Pruned> {
  const { inputs, run, reporter, signal } = options;
  const startedAt = new Date();
  const { label, dryRun } = inputs;
  const name = await chooseFamily(store, inputs.name === undefined ? undefined : familyName(inputs.name));
  const log = async (failure?: unknown): Promise<void> => {
    if (dryRun || signal.aborted) return;
    const failed = failure === undefined ? {} : { failure };
    await writeLog({ stores: [store], run, reporter }, name, startedAt, {
      action: 'prune',
      backup: null,
      ...failed,
    });
  };
  try {
    const request = { name, policy: policyOf(inputs), label, dryRun, now: startedAt };
    const pruned = await pruneFamily(store, request, { reporter, signal });
    const [problem] = pruneProblems(pruned);
    await log(problem === undefined ? undefined : new UserError(problem));
    return pruned;
  } catch (error) {
    await log(error);
    throw error;
  }
}

/** Everything that makes the run red, each an error to show; empty for a green run. */
export function redReasons({ pruned, failures }: PruneResult): unknown[] {
  const several = pruned.length + failures.length > 1;
  return [
    ...pruned.flatMap(pruneProblems).map((problem) => new UserError(problem)),
    ...failures.map(({ storage, error }) =>
      several && error instanceof UserError
        ? new UserError(`${storage}: ${messageOf(error)}`, { cause: error.cause })
        : error,
    ),
  ];
}

/** The outputs of a run but for its `outcome`. */
export function outputsOf({ pruned }: PruneResult): Partial<Record<PruneOutput, unknown>> {
  const kept = pruned.map(({ plan }) => plan.decisions.filter(({ keep }) => keep).length);
  const bytes = pruned.map(({ done, plan }) => done?.bytes ?? plan.removedBytes);
  return {
    removed: [...new Set(pruned.flatMap(removedIds))],
    'removed-bytes': bytes.reduce((sum, each) => sum + each, 0),
    kept: Math.min(...kept),
  };
}
