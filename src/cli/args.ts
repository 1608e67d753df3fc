import { readFileSync } from 'node:fs';
import { codeOf, UserError } from '../base/errors.js';
import { readInputs, type InputSource } from '../inputs/read.js';
import type { Command } from '../inputs/spec.js';
import { inputsOf, TABLE } from '../inputs/table.js';
import { parseSelector } from '../inputs/selector.js';
import { nearest, unknownName } from '../inputs/unknown.js';
import {
  camelCase,
  type BackupInputs,
  type CheckMigrationsInputs,
  type DeleteInputs,
  type ImportInputs,
  type FleetInputs,
  type ListInputs,
  type PruneInputs,
  type RestoreInputs,
  type ShowInputs,
  type LogInputs,
  type StatsInputs,
  type StatusInputs,
  type VerifyInputs,
} from '../inputs/values.js';
import { COMMAND_NAMES, COMMANDS, envName } from './flags.js';
import { readFlags, type Flags } from './tokens.js';

interface Terminal {
  /** False when the user wants none; what the terminal can do is for the reporter to find out. */
  color: boolean;
  quiet: boolean;
  /** To be shown before anything else. */
  warnings: string[];
}

/** What a command line asks for. */
export type Invocation =
  | { command: 'help'; about: Command | undefined }
  | { command: 'version' }
  | (Terminal & { command: 'backup'; inputs: BackupInputs })
  | (Terminal & { command: 'restore'; inputs: RestoreInputs; json: boolean })
  | (Terminal & { command: 'verify'; inputs: VerifyInputs; json: boolean })
  | (Terminal & {
      command: 'check-migrations';
      inputs: CheckMigrationsInputs;
      json: boolean;
      /** The page that the report is written to. */
      html: string | undefined;
    })
  | (Terminal & { command: 'prune'; inputs: PruneInputs; json: boolean })
  | (Terminal & { command: 'status'; inputs: StatusInputs; json: boolean })
  | (Terminal & { command: 'fleet'; inputs: FleetInputs; json: boolean })
  | (Terminal & { command: 'stats'; inputs: StatsInputs; json: boolean })
  | (Terminal & { command: 'log'; inputs: LogInputs; json: boolean })
  | (Terminal & { command: 'import'; inputs: ImportInputs; json: boolean; files: readonly string[] })
  | (Terminal & { command: 'list'; inputs: ListInputs; json: boolean })
  | (Terminal & { command: 'delete'; inputs: DeleteInputs; json: boolean; id: string })
  | (Terminal & { command: 'show'; inputs: ShowInputs; json: boolean; id: string });

const isCommand = (text: string | undefined): text is Command => COMMAND_NAMES.some((name) => name === text);

const asksForHelp = (text: string | undefined): boolean => text === '--help' || text === '-h';

function readIdentityFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const wrong = `Option --identity-file is ${JSON.stringify(path)}`;
    if (codeOf(error) === 'ENOENT') throw new UserError(`${wrong}: there is no such file.`);
    throw new UserError(`${wrong}: it cannot be read (${codeOf(error) ?? 'error'}).`, { cause: error });
  }
}

/** The keys of all identity files together, which is an identity file again; undefined where none was named. */
function identityOf(flags: Flags): string | undefined {
  const files = flags.values.get('identity-file');
  if (files !== undefined && flags.values.has('identity'))
    throw new UserError('Options --identity and --identity-file are both given. Give one or the other.');
  return files?.map(readIdentityFile).join('\n');
}

/** What other programs call the same; only the command line knows of these. */
const COMMON_VARIABLES: Record<string, string | undefined> = {
  'database-url': 'DATABASE_URL',
  'github-token': 'GITHUB_TOKEN',
};

/** The text of an input: the flag, else the environment. */
function sourceOf(flags: Flags, env: NodeJS.ProcessEnv): InputSource {
  const identity = identityOf(flags);
  return (name) => {
    const given = flags.values.get(name);
    if (given !== undefined) return given.join('\n');
    if (name === 'identity' && identity !== undefined) return identity;
    const own = env[envName(name)];
    const common = COMMON_VARIABLES[name];
    return common === undefined || (own !== undefined && own !== '') ? own : env[common];
  };
}

/** A misspelt PGKEEP_PASSPHRASE must not end in a plaintext backup. Other PGKEEP_ variables are no inputs. */
function checkEnvironment(env: NodeJS.ProcessEnv): void {
  const known = Object.keys(TABLE).map(envName);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('PGKEEP_') || known.includes(name)) continue;
    const meant = nearest(name.slice('PGKEEP_'.length), Object.keys(TABLE));
    if (meant !== undefined) {
      throw new UserError(
        `Unknown environment variable ${name}. Did you mean ${envName(meant)}? Unset it or correct it.`,
      );
    }
  }
}

// A URI's password stands between the first colon after the scheme and the @; a keyword string has a key for it.
const HAS_PASSWORD = /:\/\/[^/?#]*:[^/?#]*@|\b(ssl)?password\s*=/i;

/** These are secret only if they hold a password. */
const CONNECTIONS = ['database-url', 'scratch-url'];

/** Warns of secrets on the command line, which every user of the machine could read. */
function secretWarnings(flags: Flags): string[] {
  return Object.entries(TABLE)
    .filter(([name, spec]) => {
      const text = flags.values.get(name)?.join('\n') ?? '';
      return (
        spec.type === 'secret' && text !== '' && (!CONNECTIONS.includes(name) || HAS_PASSWORD.test(text))
      );
    })
    .map(
      ([name]) =>
        `--${name} on the command line shows a secret to everyone who can list processes, and to your shell's history. Set ${envName(name)} instead${name === 'identity' ? ', or give --identity-file' : ''}.`,
    );
}

function readSwitch(flags: Flags, name: string, absent: boolean): boolean {
  const text = flags.values.get(name)?.[0];
  if (text === undefined) return absent;
  if (text !== 'true' && text !== 'false') {
    throw new UserError(`Option --${name} is ${JSON.stringify(text)}; allowed: true, false.`);
  }
  return text === 'true';
}

/** A URL that lacks its flag is not repeated: it may hold a password that nothing masks yet. */
const mentionable = (text: string): string => (/:\/\/|=/.test(text) ? '...' : text);

function readOperands(command: Command, operands: readonly string[]): string[] {
  const wanted = COMMANDS[command].operands;
  const several = wanted.at(-1)?.endsWith('...') === true;
  if (operands.length > wanted.length && !several) {
    const extra = mentionable(operands[wanted.length] ?? '');
    const backup =
      inputsOf(command).some(([name]) => name === 'backup') && parseSelector(extra) !== undefined
        ? ` Name the backup with --backup=${extra}.`
        : '';
    throw new UserError(
      `Unexpected argument ${JSON.stringify(extra)}: ${command} takes ${wanted.length === 0 ? 'options only' : `one <${wanted.join('> <')}>`}.${backup}`,
    );
  }
  if (operands.length < wanted.length)
    throw new UserError(
      `${command} needs <${wanted.join('> <')}>${wanted.includes('id') ? ': see pgkeep list' : ''}.`,
    );
  return [...operands];
}

/**
 * Reads a command line, without the program's own name.
 * @throws UserError that names what is wrong and what is allowed.
 */
export function parseCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): Invocation {
  const [first, ...rest] = args;
  if (first === undefined || asksForHelp(first)) return { command: 'help', about: undefined };
  if (first === '--version') return { command: 'version' };
  if (first === 'help') return { command: 'help', about: isCommand(rest[0]) ? rest[0] : undefined };
  if (!isCommand(first)) {
    const candidates = first.startsWith('-') ? ['--help', '--version', ...COMMAND_NAMES] : COMMAND_NAMES;
    throw unknownName('command', mentionable(first), candidates);
  }
  const flags = readFlags(first, rest);
  if (readSwitch(flags, 'help', false)) return { command: 'help', about: first };
  checkEnvironment(env);
  const operands = readOperands(first, flags.operands);
  const source = sourceOf(flags, env);
  const terminal: Terminal = {
    color: readSwitch(flags, 'color', true),
    quiet: readSwitch(flags, 'quiet', false),
    warnings: secretWarnings(flags),
  };
  const json = readSwitch(flags, 'json', false);
  const html = flags.values.get('html')?.at(-1);
  return invocationOf(first, source, { ...terminal, json, html, operands });
}

function invocationOf(
  command: Command,
  source: InputSource,
  {
    json,
    html,
    operands,
    ...terminal
  }: Terminal & { json: boolean; html: string | undefined; operands: readonly string[] },
): Invocation {
  const [id = ''] = operands;
  switch (command) {
    case 'backup':
      return { ...terminal, command, inputs: readInputs(command, source) };
    case 'delete':
      return { ...terminal, command, inputs: readInputs(command, source), json, id };
    case 'show':
      return { ...terminal, command, inputs: readInputs(command, source), json, id };
    case 'restore':
    case 'verify':
    case 'prune':
    case 'list':
      // The union of these commands' inputs goes with the union of their names, as far as types can tell.
      return { ...terminal, command, inputs: readInputs(command, source), json };
    case 'check-migrations':
      return { ...terminal, command, inputs: readInputs(command, source), json, html };
    case 'import':
      return { ...terminal, command, inputs: readInputs(command, source), json, files: operands };
    case 'status':
      return { ...terminal, command, inputs: readInputs(command, source), json };
    case 'fleet':
      return { ...terminal, command, inputs: readInputs(command, source), json };
    case 'stats':
      return { ...terminal, command, inputs: readInputs(command, source), json };
    case 'log':
      return { ...terminal, command, inputs: readInputs(command, source), json };
  }
}

/** The inputs of a command that must never be shown, for the mask; only those that were given. */
export function secretsOf(command: Command, inputs: object): string[] {
  const secret = inputsOf(command).filter(([, spec]) => spec.type === 'secret');
  const values = new Map(Object.entries(inputs));
  return secret
    .map(([name]) => values.get(camelCase(name)) as unknown)
    .filter((value) => typeof value === 'string');
}

/**
 * Takes the arguments out of the process list. The kernel shows the memory that the arguments lie in; setting the
 * title overwrites it to its end, with the title and zeros.
 */
export function hideArguments(command: string): void {
  process.title = `pgkeep ${command}`;
}
