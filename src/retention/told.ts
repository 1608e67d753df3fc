import { reasonsOf, telling } from '../notify/telling.js';
import { pruneProblems } from './prune.js';
import { runPrune, type PruneOptions, type PruneResult } from './run.js';

/** `runPrune`, and whom the inputs name is told how it ended. */
export function pruneTold(options: PruneOptions): Promise<PruneResult> {
  return telling({ ...options, action: 'prune' }, async (families) => {
    const result = await runPrune(options);
    const failed = result.failures.flatMap(({ error }) => reasonsOf(error, undefined));
    for (const name of new Set(result.pruned.map((pruned) => pruned.name))) {
      const problems = result.pruned.filter((pruned) => pruned.name === name).flatMap(pruneProblems);
      const reasons = [...problems, ...failed];
      const outcome = reasons.length > 0 ? 'failure' : 'success';
      families.push({ name, database: null, outcome, backup: null, reasons });
    }
    // Where no store could be pruned no family is known: the message is that of the failure.
    if (result.pruned.length === 0 && result.failures.length > 0)
      families.push({
        name: options.inputs.name ?? '?',
        database: null,
        outcome: 'failure',
        backup: null,
        reasons: failed,
      });
    return result;
  });
}
