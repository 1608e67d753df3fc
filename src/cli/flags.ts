import { COMMANDS_WITH_INPUTS, type Command, type InputSpec } from '../inputs/spec.js';
import { inputsOf, type InputName } from '../inputs/table.js';

/** A flag that is no input of an action: it is about the terminal alone. */
export interface CliFlag {
  description: string;
  commands: readonly Command[];
  short?: string;
  /** What stands for the value in the help; a flag without it is a switch. */
  placeholder?: string;
}

export const CLI_FLAGS = {
  'identity-file': {
    description:
      'Read the identity from this file, which age-keygen wrote; repeatable. It wins over PGKEEP_IDENTITY',
    commands: ['restore', 'verify', 'check-migrations', 'import'],
    short: 'i',
    placeholder: 'FILE',
  },
  json: {
    description: 'Print JSON',
    commands: COMMANDS_WITH_INPUTS.filter((command) => command !== 'backup'),
  },
  html: {
    description: 'Write the report to this file, as one HTML page',
    commands: ['check-migrations'],
    placeholder: 'FILE',
  },
  color: {
    description: 'Colours; off by themselves when NO_COLOR is set or there is no terminal',
    commands: COMMANDS_WITH_INPUTS,
  },
  quiet: {
    description: 'Print warnings, errors and results only',
    commands: COMMANDS_WITH_INPUTS,
    short: 'q',
  },
  help: { description: 'Print this help', commands: COMMANDS_WITH_INPUTS, short: 'h' },
} as const satisfies Record<string, CliFlag>;

export type CliFlagName = keyof typeof CLI_FLAGS;

/** The flags of a command that are no inputs. */
export function cliFlagsOf(command: Command): [CliFlagName, CliFlag][] {
  return (Object.entries(CLI_FLAGS) as [CliFlagName, CliFlag][]).filter(([, flag]) =>
    flag.commands.includes(command),
  );
}

/** What each command does, in one line, and the arguments that it takes beside its flags. */
export const COMMANDS: Record<Command, { summary: string; operands: readonly string[] }> = {
  backup: { summary: 'Back up one or several databases of a PostgreSQL server', operands: [] },
  restore: {
    summary: 'Restore a backup into a database, never over one that you did not name',
    operands: [],
  },
  verify: {
    summary: 'Prove that a backup restores: restore it into a throwaway server and compare',
    operands: [],
  },
  'check-migrations': {
    summary: 'Try migrations on a restored backup, and say what they do to the data and whom they make wait',
    operands: [],
  },
  prune: { summary: 'Remove old backups by a policy, and never the last good one', operands: [] },
  status: { summary: 'Say whether backups are young, verified and as they should be', operands: [] },
  fleet: { summary: 'Check the file that names many databases, and say what a run would do', operands: [] },
  import: {
    summary: 'Import dumps that were made by other means, to be verified, restored and pruned like backups',
    operands: ['file...'],
  },
  list: { summary: 'List the backups in storage', operands: [] },
  delete: {
    summary: 'Delete one backup; the newest and the newest verified only when confirmed',
    operands: ['id'],
  },
  show: { summary: 'Show everything that is known of one backup', operands: ['id'] },
  stats: { summary: 'Show how often runs succeed, how long they take, and how backups grow', operands: [] },
  log: { summary: 'Show who ran what, when, and how it ended', operands: [] },
};

export const COMMAND_NAMES = Object.keys(COMMANDS) as Command[];

/** `lock-timeout` -> `PGKEEP_LOCK_TIMEOUT`. */
export function envName(input: string): string {
  return `PGKEEP_${input.toUpperCase().replaceAll('-', '_')}`;
}

/** Whether a flag for this input stands without a value. */
export function isSwitch(spec: InputSpec): boolean {
  return spec.type === 'boolean';
}

/** Whether a flag for this input may be given several times. */
export function isList({ type }: InputSpec): boolean {
  return type === 'list' || type === 'choices';
}

/** The inputs of a command that a terminal can give. */
export function terminalInputsOf(command: Command): [InputName, InputSpec][] {
  return inputsOf(command).filter(([, { actionOnly }]) => actionOnly !== true);
}

/** Every flag a command knows, without its dashes. */
export function flagNames(command: Command): string[] {
  return [
    ...terminalInputsOf(command).map(([name]): InputName => name),
    ...cliFlagsOf(command).map(([name]) => name),
  ];
}
