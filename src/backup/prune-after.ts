import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { policyOf } from '../retention/inputs.js';
import { hasNoRule } from '../retention/policy.js';
import { pruneFamily } from '../retention/prune.js';
import { redReasons, type RunResult } from './result.js';
import type { BackupContext } from './types.js';

/**
 * Removes old backups once all of a run went well; of a red run nothing is removed. A store that cannot be pruned makes
 * the run red, for it fills up, but the backup stays.
 */
export async function pruneAfter(context: BackupContext, result: RunResult): Promise<void> {
  const { inputs, stores, reporter, signal } = context;
  const policy = policyOf(inputs);
  if (hasNoRule(policy)) return;
  if (redReasons(result).length > 0) {
    reporter.warn('Nothing was pruned, since not everything before it went well.');
    return;
  }
  await reporter.group('Retention', async () => {
    for (const { manifest } of result.results)
      for (const store of stores) {
        const { name, id: justMade } = manifest;
        const { label, pruneDryRun: dryRun } = inputs;
        const request = { name, policy, label, justMade, dryRun, now: new Date() };
        try {
          result.pruned.push(await pruneFamily(store, request, { reporter, signal }));
        } catch (error) {
          if (signal.aborted) throw new CancelledError();
          result.pruneFailures.push(
            error instanceof UserError
              ? new UserError(
                  `${name}/${justMade} is published, but old backups could not be removed. ${messageOf(error)}`,
                  { cause: error.cause },
                )
              : error,
          );
        }
      }
  });
}
