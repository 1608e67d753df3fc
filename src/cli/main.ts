import { failuresOf } from '../base/failure.js';
import { exitFlushed, runStoppable } from '../base/stop.js';
import { VERSION } from '../version.js';
import { hideArguments, parseCommandLine, secretsOf, type Invocation } from './args.js';
import type { InputSpec } from '../inputs/spec.js';
import { TABLE } from '../inputs/table.js';
import { backupCommand } from './commands/backup.js';
import { checkMigrationsCommand } from './commands/check-migrations.js';
import type { CommandContext } from './commands/context.js';
import { deleteCommand } from './commands/delete.js';
import { fleetCommand } from './commands/fleet.js';
import { importCommand } from './commands/import.js';
import { listCommand } from './commands/list.js';
import { logCommand } from './commands/log.js';
import { pruneCommand } from './commands/prune.js';
import { restoreCommand } from './commands/restore.js';
import { showCommand } from './commands/show.js';
import { statsCommand } from './commands/stats.js';
import { statusCommand } from './commands/status.js';
import { verifyCommand } from './commands/verify.js';
import { envName } from './flags.js';
import { helpText } from './help.js';
import { TerminalReporter } from './reporter.js';
import { styled, usesColor } from './style.js';

const SECRET_VARIABLES = [
  'DATABASE_URL',
  ...Object.entries<InputSpec>(TABLE)
    .filter(([, { type }]) => type === 'secret')
    .map(([name]) => envName(name)),
];

/** Commands that only show what is there. */
const LOOKS: readonly string[] = ['fleet', 'list', 'show', 'stats', 'log'];

/** Runs the command line of this process and ends it: exit code 0, or 1 for any failure. */
export async function runCli(): Promise<never> {
  let reporter = terminalReporter();
  // Whoever reads our output may have seen enough: `pgkeep list | head`.
  process.stdout.on('error', () => undefined);
  const outcome = await runStoppable(async (signal) => {
    const invocation = parseCommandLine(process.argv.slice(2), process.env);
    // Every program that we start would inherit them.
    for (const name of SECRET_VARIABLES) Reflect.deleteProperty(process.env, name);
    reporter = terminalReporter(invocation);
    const colors = usesColor({
      stream: process.stdout,
      env: process.env,
      color: 'color' in invocation ? invocation.color : undefined,
    });
    const context: CommandContext = {
      env: process.env,
      reporter,
      signal,
      // A terminal that does not know its width says 0.
      width: process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : undefined,
      paint: (text, style) => (colors ? styled(text, style) : text),
      print: (text) => {
        reporter.clear();
        process.stdout.write(text);
      },
    };
    await dispatch(invocation, context);
  });
  reporter.clear();
  if (!outcome.ok) {
    for (const { message, details } of failuresOf(outcome.error)) {
      reporter.error(message);
      for (const detail of details) reporter.info(detail);
    }
  }
  return exitFlushed(outcome.ok ? 0 : 1);
}

function terminalReporter(invocation?: Invocation): TerminalReporter {
  return new TerminalReporter({
    terminal: process.stderr,
    env: process.env,
    now: () => performance.now(),
    ...(invocation !== undefined && 'color' in invocation
      ? { color: invocation.color, quiet: invocation.quiet }
      : {}),
  });
}

async function dispatch(invocation: Invocation, context: CommandContext): Promise<void> {
  if (invocation.command === 'help') context.print(helpText(invocation.about, context.width));
  else if (invocation.command === 'version') context.print(`pgkeep ${VERSION}\n`);
  else await run(invocation, context);
}

/** What does something, apart from telling of itself. */
type Work = Exclude<Invocation, { command: 'help' | 'version' }>;

async function run(invocation: Work, context: CommandContext): Promise<void> {
  const { reporter } = context;
  if (invocation.warnings.length > 0) hideArguments(invocation.command);
  for (const secret of secretsOf(invocation.command, invocation.inputs)) reporter.mask(secret);
  for (const warning of invocation.warnings) reporter.warn(warning);
  if (!LOOKS.includes(invocation.command)) reporter.info(`pgkeep ${VERSION}`);
  return perform(invocation, context);
}

function perform(invocation: Work, context: CommandContext): Promise<void> {
  switch (invocation.command) {
    case 'backup':
      return backupCommand(invocation.inputs, context);
    case 'restore':
      return restoreCommand(invocation.inputs, invocation.json, context);
    case 'verify':
      return verifyCommand(invocation.inputs, invocation.json, context);
    case 'check-migrations':
      return checkMigrationsCommand(invocation.inputs, invocation, context);
    case 'prune':
      return pruneCommand(invocation.inputs, invocation.json, context);
    case 'status':
      return statusCommand(invocation.inputs, invocation.json, context);
    case 'fleet':
      return fleetCommand(invocation.inputs, invocation.json, context);
    case 'stats':
      return statsCommand(invocation.inputs, invocation.json, context);
    case 'log':
      return logCommand(invocation.inputs, invocation.json, context);
    case 'import':
      return importCommand(invocation.files, invocation.inputs, invocation.json, context);
    case 'list':
      return listCommand(invocation.inputs, invocation.json, context);
    case 'delete':
      return deleteCommand(invocation.id, invocation.inputs, invocation.json, context);
    case 'show':
      return showCommand(invocation.id, invocation.inputs, invocation.json, context);
  }
}
