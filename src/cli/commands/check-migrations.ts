import type { CheckMigrationsInputs } from '../../inputs/values.js';
import { migrationPage, migrationText } from '../../migrations/report/index.js';
import { redReasons } from '../../migrations/result.js';
import { checkMigrations } from '../../migrations/run.js';
import { writeResult } from '../../status/write-result.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep check-migrations`. Prints the report. @throws when it is red, or nothing could be tried. */
export async function checkMigrationsCommand(
  inputs: CheckMigrationsInputs,
  { json, html }: { json: boolean; html: string | undefined },
  context: CommandContext,
): Promise<void> {
  const report = await checkMigrations({ ...terminalOptions(context, inputs), inputs });
  const { paint, print, width } = context;
  print(json ? `${JSON.stringify(report, null, 2)}\n` : migrationText(report, { paint, width }));
  if (html !== undefined) await writeResult('html', html, migrationPage(report));
  const reasons = redReasons(report);
  if (reasons.length > 0) throw new AggregateError(reasons);
}
