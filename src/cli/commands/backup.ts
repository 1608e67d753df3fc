import { redReasons } from '../../backup/result.js';
import { backupTold } from '../../backup/told.js';
import type { BackupInputs } from '../../inputs/values.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep backup`. Prints the manifest's URL of each copy. @throws when anything went wrong. */
export async function backupCommand(inputs: BackupInputs, context: CommandContext): Promise<void> {
  const result = await backupTold({ ...terminalOptions(context, inputs), inputs });
  for (const { locations } of result.results)
    for (const location of locations) context.print(`${location}\n`);
  const reasons = redReasons(result);
  if (reasons.length > 0) throw new AggregateError(reasons);
}
