import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { VERSION } from '../version.js';
import { hideArguments, parseCommandLine, secretsOf, type Invocation } from './args.js';
import { backupCommand } from './commands/backup.js';
import type { CommandContext } from './commands/context.js';
import { listCommand } from './commands/list.js';
import { showCommand } from './commands/show.js';
import { helpText } from './help.js';
import { TerminalReporter } from './reporter.js';

/** Runs the command line of this process and ends it: exit code 0, or 1 for any failure. */
export async function runCli(): Promise<never> {
  const invocation = parse();
  const reporter = new TerminalReporter({
    terminal: process.stderr,
    env: process.env,
    now: () => performance.now(),
    ...('color' in invocation ? { color: invocation.color, quiet: invocation.quiet } : {}),
  });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const context: CommandContext = {
    env: process.env,
    reporter,
    signal: stop.signal,
    width: process.stdout.isTTY ? process.stdout.columns : undefined,
    print: (text) => {
      reporter.clear();
      process.stdout.write(text);
    },
  };
  try {
    await dispatch(invocation, context);
  } catch (error) {
    reporter.clear();
    if (error instanceof CancelledError) reporter.error('Cancelled; what was begun has been removed.');
    else reportFailure(reporter, error);
    await exit(1);
  }
  return exit(0);
}

function parse(): Invocation {
  try {
    return parseCommandLine(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`pgkeep: ${error.message}\n`);
    process.exit(1);
  }
}

async function dispatch(invocation: Invocation, context: CommandContext): Promise<void> {
  switch (invocation.command) {
    case 'help':
      context.print(helpText(invocation.about, context.width));
      return;
    case 'version':
      context.print(`pgkeep ${VERSION}\n`);
      return;
    case 'backup':
    case 'list':
    case 'show':
      break;
  }
  if (invocation.warnings.length > 0) hideArguments(invocation.command);
  for (const secret of secretsOf(invocation.command, invocation.inputs)) context.reporter.mask(secret);
  for (const warning of invocation.warnings) context.reporter.warn(warning);
  if (invocation.command === 'list') return listCommand(invocation.inputs, invocation.json, context);
  if (invocation.command === 'show')
    return showCommand(invocation.id, invocation.inputs, invocation.json, context);
  context.reporter.info(`pgkeep ${VERSION}`);
  return backupCommand(invocation.inputs, context);
}

/** A user's mistake is one message; a fault of ours also says where. */
function reportFailure(reporter: TerminalReporter, error: unknown): void {
  reporter.error(messageOf(error));
  if (error instanceof Error && !(error instanceof UserError)) {
    reporter.info(error.stack ?? '');
    reporter.info('This looks like a fault of pgkeep. Please report it with the lines above.');
  }
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause instanceof Error && cause.message !== '') {
    reporter.info(`caused by: ${cause.message}`);
    cause = cause.cause;
  }
}

/** Sockets that a store keeps open must not hold the process; what was printed must still reach a pipe. */
async function exit(code: number): Promise<never> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
  );
  process.exit(code);
}
