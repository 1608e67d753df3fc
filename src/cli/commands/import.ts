import { importText } from '../../import/report-text.js';
import { redReasons, runImport } from '../../import/run.js';
import type { ImportInputs } from '../../inputs/values.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep import <file...>`. Prints what became of each file. @throws when any was refused. */
export async function importCommand(
  files: readonly string[],
  inputs: ImportInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const results = await runImport({ ...terminalOptions(context, inputs), files, inputs });
  context.print(json ? `${JSON.stringify(results, null, 2)}\n` : importText(results, context.width));
  const reasons = redReasons(results);
  if (reasons.length > 0) throw new AggregateError(reasons);
}
