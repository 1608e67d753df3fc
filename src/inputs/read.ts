import { UserError } from '../base/errors.js';
import { checkInputs } from './rules.js';
import { parseValue, type Value } from './parse.js';
import type { Command } from './spec.js';
import { defaultOf, describe, inputsOf, isRequired } from './table.js';
import { camelCase, type InputsOf } from './values.js';

/** Gives an input's text as it was written; undefined or empty where it was not given. */
export type InputSource = (name: string) => string | undefined;

/**
 * Reads the inputs of an action or command. The only reader there is: what it returns is typed, complete and
 * free of contradictions.
 * @throws UserError that names the input and what is allowed.
 */
export function readInputs<C extends Command>(command: C, source: InputSource): InputsOf<C> {
  const values: Record<string, Value | undefined> = {};
  for (const [name, spec] of inputsOf(command)) {
    const given = source(name);
    const text = given === undefined || given.trim() === '' ? defaultOf(spec, command) : given;
    if (text === undefined && isRequired(spec, command)) {
      throw new UserError(`Input "${name}" is required: ${describe(spec, command)}.`);
    }
    const absent = spec.type === 'list' || spec.type === 'choices' ? [] : undefined;
    values[camelCase(name)] = text === undefined ? absent : parseValue(name, spec, text);
  }
  // The table says what each value is; this is the one place that takes its word for it.
  const inputs = values as unknown as InputsOf<C>;
  checkInputs(command, inputs);
  return inputs;
}
