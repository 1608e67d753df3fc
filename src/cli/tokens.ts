import { parseArgs } from 'node:util';
import { UserError } from '../base/errors.js';
import type { Command } from '../inputs/spec.js';
import { unknownName } from '../inputs/unknown.js';
import { cliFlagsOf, flagNames, isList, isSwitch, terminalInputsOf } from './flags.js';

/** What stood on the command line: every flag with its values as written, and the rest. */
export interface Flags {
  values: Map<string, string[]>;
  operands: string[];
}

interface Shape {
  type: 'string' | 'boolean';
  multiple: boolean;
  short?: string;
}

function shapes(command: Command): Map<string, Shape> {
  return new Map<string, Shape>([
    ...terminalInputsOf(command).map(([name, spec]): [string, Shape] => [
      name,
      { type: isSwitch(spec) ? 'boolean' : 'string', multiple: isList(spec) },
    ]),
    ...cliFlagsOf(command).map(([name, flag]): [string, Shape] => [
      name,
      {
        type: flag.placeholder === undefined ? 'boolean' : 'string',
        multiple: flag.placeholder !== undefined,
        ...(flag.short === undefined ? {} : { short: flag.short }),
      },
    ]),
  ]);
}

/**
 * Splits a command's arguments into flags and operands: `--flag=value`, `--flag value`, `--switch`,
 * `--switch=false`, `--no-switch`, `-h`; `--` ends the flags.
 * @throws UserError for a flag that is not known, lacks its value or is given twice.
 */
export function readFlags(command: Command, args: readonly string[]): Flags {
  const known = shapes(command);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(known),
    strict: false,
    tokens: true,
  });
  const flags: Flags = { values: new Map(), operands: [] };
  for (const token of tokens) {
    if (token.kind === 'positional') flags.operands.push(token.value);
    if (token.kind !== 'option') continue;
    const negated = token.rawName.startsWith('--no-') && !known.has(token.name);
    const name = negated ? token.name.slice('no-'.length) : token.name;
    const shape = known.get(name);
    if (shape === undefined || (negated && shape.type !== 'boolean')) {
      throw unknownName(
        `option of ${command}`,
        token.rawName,
        flagNames(command).map((flag) => `--${flag}`),
      );
    }
    const before = flags.values.get(name) ?? [];
    if (before.length > 0 && !shape.multiple) throw new UserError(`Option --${name} is given twice.`);
    flags.values.set(name, [...before, valueOf(name, shape, token, negated)]);
  }
  return flags;
}

interface OptionToken {
  value: string | undefined;
  inlineValue: boolean | undefined;
}

function valueOf(name: string, shape: Shape, token: OptionToken, negated: boolean): string {
  if (shape.type === 'boolean') {
    if (negated && token.value !== undefined) throw new UserError(`Option --no-${name} takes no value.`);
    return negated ? 'false' : (token.value ?? 'true');
  }
  // A flag where a value should be is far more often a forgotten value.
  if (token.value === undefined || (token.inlineValue !== true && token.value.startsWith('-'))) {
    throw new UserError(
      `Option --${name} needs a value. One that begins with a dash is written behind an equals sign: --${name}=-x.`,
    );
  }
  return token.value;
}
