import type { PruneInputs } from '../../inputs/values.js';
import { planLine } from '../../retention/plan-text.js';
import { redReasons } from '../../retention/run.js';
import { pruneTold } from '../../retention/told.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep prune`. Prints what was removed and what stays. @throws when anything went wrong. */
export async function pruneCommand(
  inputs: PruneInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const result = await pruneTold({ ...terminalOptions(context, inputs), inputs });
  const { pruned } = result;
  context.print(
    json
      ? `${JSON.stringify(pruned, null, 2)}\n`
      : pruned.map((each) => `${each.name} in ${each.storage}: ${planLine(each)}\n`).join(''),
  );
  const reasons = redReasons(result);
  if (reasons.length > 0) throw new AggregateError(reasons);
}
