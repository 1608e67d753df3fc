import { UserError } from '../../base/errors.js';
import { plural } from '../../base/units.js';
import { issueKeeper } from '../../github/issues.js';
import type { StatusInputs } from '../../inputs/values.js';
import { allProblems } from '../../status/result.js';
import { statusText } from '../../status/text.js';
import { statusTold } from '../../status/told.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep status`. Prints how the backups are. @throws when anything is wrong with them. */
export async function statusCommand(
  inputs: StatusInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const options = terminalOptions(context, inputs);
  const issues = issueKeeper(options.artifacts, options.signal);
  const result = await statusTold({ ...options, inputs, issues });
  const { healths, database = null } = result;
  context.print(json ? `${JSON.stringify({ healths, database }, null, 2)}\n` : statusText(result, context));
  // What is wrong stands in the result already.
  const wrong = allProblems(result).length;
  const reasons = [
    ...(wrong === 0 ? [] : [new UserError(`Not healthy: ${plural(wrong, 'problem')}.`)]),
    ...result.failures,
  ];
  if (reasons.length > 0) throw new AggregateError(reasons);
}
