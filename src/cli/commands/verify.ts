import type { VerifyInputs } from '../../inputs/values.js';
import { reportText } from '../../verify/report-text.js';
import { redReasons } from '../../verify/result.js';
import { verifyTold } from '../../verify/told.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep verify`. Prints the report. @throws when the backup did not pass, or nothing could be found out. */
export async function verifyCommand(
  inputs: VerifyInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const result = await verifyTold({ ...terminalOptions(context, inputs), inputs });
  const { paint, print, width } = context;
  print(json ? `${JSON.stringify(result.report, null, 2)}\n` : reportText(result.report, { paint, width }));
  const reasons = redReasons(result);
  if (reasons.length > 0) throw new AggregateError(reasons);
}
