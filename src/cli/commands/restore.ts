import type { RestoreInputs } from '../../inputs/values.js';
import { redReasons, resultText } from '../../restore/result.js';
import { restoreTold } from '../../restore/told.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep restore`. Prints what was restored where. @throws when anything went wrong. */
export async function restoreCommand(
  inputs: RestoreInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const result = await restoreTold({ ...terminalOptions(context, inputs), inputs });
  context.print(json ? `${JSON.stringify(result, null, 2)}\n` : resultText(result, { namesToo: true }));
  const reasons = redReasons(result);
  if (reasons.length > 0) throw new AggregateError(reasons);
}
