import { wrap } from '../base/text.js';
import { VERSION } from '../version.js';
import { GROUPS, type Command, type InputSpec } from '../inputs/spec.js';
import { defaultOf, describe, groupOf, isRequired } from '../inputs/table.js';
import { cliFlagsOf, COMMAND_NAMES, COMMANDS, envName, isList, isSwitch, terminalInputsOf } from './flags.js';

const INDENT = 2;
const NARROW = 80;

interface Entry {
  left: string;
  text: string;
}

/** `left` in a column of its own, the text wrapped beside it; below it where the terminal is narrow. */
function entries(list: readonly Entry[], width: number): string[] {
  const column = Math.max(...list.map(({ left }) => left.length)) + 2 * INDENT;
  const beside = width >= NARROW;
  return list.flatMap(({ left, text }) => {
    const indent = beside ? column : 3 * INDENT;
    const lines = wrap(text, Math.max(width - indent, 20)).map((line) => ' '.repeat(indent) + line);
    const head = ' '.repeat(INDENT) + left;
    const [first = ''] = lines;
    return beside ? [head.padEnd(column) + first.trimStart(), ...lines.slice(1)] : [head, ...lines];
  });
}

function inputEntry(name: string, spec: InputSpec, command: Command): Entry {
  const value = spec.type === 'choice' ? spec.values.join('|') : (spec.placeholder ?? 'VALUE');
  const standard = defaultOf(spec, command) ?? spec.defaultText;
  const notes = [
    ...(isRequired(spec, command) ? ['required'] : []),
    ...(standard === undefined ? [] : [`default: ${standard.replaceAll('\n', ', ').replaceAll('`', '')}`]),
    ...(isList(spec) ? ['repeatable'] : []),
    `env: ${envName(name)}${name === 'database-url' ? ' or DATABASE_URL' : ''}`,
  ];
  const onByDefault = isSwitch(spec) && standard === 'true';
  return {
    left: isSwitch(spec) ? `--${onByDefault ? '[no-]' : ''}${name}` : `--${name}=${value}`,
    text: `${describe(spec, command).replaceAll('`', '').replaceAll(', one a line', '').replaceAll(', one URL a line', '')} (${notes.join('; ')})`,
  };
}

function commandHelp(command: Command, width: number): string[] {
  const { summary, operands } = COMMANDS[command];
  const inputs = terminalInputsOf(command);
  const groups = GROUPS.map((group) => ({
    group,
    own: inputs.filter(([, spec]) => groupOf(spec, command) === group),
  }));
  return [
    `Usage: pgkeep ${[command, ...operands.map((operand) => `<${operand}>`)].join(' ')} [options]`,
    '',
    `${summary}.`,
    ...groups
      .filter(({ own }) => own.length > 0)
      .flatMap(({ group, own }) => [
        '',
        `${group}:`,
        ...entries(
          own.map(([name, spec]) => inputEntry(name, spec, command)),
          width,
        ),
      ]),
    '',
    'Terminal:',
    ...entries(
      cliFlagsOf(command).map(([name, { description, short, placeholder }]) => ({
        left: `${short === undefined ? '' : `-${short}, `}--${name === 'color' ? '[no-]' : ''}${name}${placeholder === undefined ? '' : `=${placeholder}`}`,
        text: description,
      })),
      width,
    ),
  ];
}

function overview(width: number): string[] {
  return [
    `pgkeep ${VERSION}: PostgreSQL backups that are complete, checked and restorable with stock tools`,
    '',
    'Usage: pgkeep <command> [options]',
    '',
    'Commands:',
    ...entries(
      COMMAND_NAMES.map((name) => ({
        left: [name, ...COMMANDS[name].operands.map((operand) => `<${operand}>`)].join(' '),
        text: COMMANDS[name].summary,
      })),
      width,
    ),
    '',
    'Options:',
    ...entries(
      [
        { left: '-h, --help', text: 'Print this help, or that of a command: pgkeep backup --help' },
        { left: '--version', text: 'Print the version' },
      ],
      width,
    ),
    '',
    ...wrap(
      'Every option can also be set in the environment, --lock-timeout as PGKEEP_LOCK_TIMEOUT, which is the place for secrets; the option wins.',
      width,
    ),
  ];
}

/**
 * The help for a command, or of all of them.
 * @param columns the terminal's width; text is never wider than 100, which is as much as one can read.
 */
export function helpText(command: Command | undefined, columns = NARROW): string {
  const width = Math.min(Math.max(columns, 60), 100);
  return `${(command === undefined ? overview(width) : commandHelp(command, width)).join('\n')}\n`;
}
