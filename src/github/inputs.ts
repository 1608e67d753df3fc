import type { Reporter } from '../base/reporter.js';
import { readInputs } from '../inputs/read.js';
import type { Command } from '../inputs/spec.js';
import { inputsOf } from '../inputs/table.js';
import { unknownName } from '../inputs/unknown.js';
import type { InputsOf } from '../inputs/values.js';

const PREFIX = 'INPUT_';

/** As the runner names an input's variable: spaces become underscores, dashes stay. */
function variableOf(input: string): string {
  return `${PREFIX}${input.replaceAll(' ', '_').toUpperCase()}`;
}

/**
 * Reads an action's inputs. Secrets are masked before anything else can go wrong, and taken out of the environment,
 * which every program that we start would inherit.
 * @throws UserError that names the input. The runner itself only warns of an input that is not known.
 */
export function readActionInputs<C extends Command>(
  command: C,
  reporter: Reporter,
  env: NodeJS.ProcessEnv = process.env,
): InputsOf<C> {
  const specs = inputsOf(command);
  const texts = new Map<string, string>();
  for (const [name, spec] of specs) {
    const text = env[variableOf(name)];
    if (text === undefined) continue;
    texts.set(name, text);
    if (spec.type !== 'secret') continue;
    reporter.mask(text);
    Reflect.deleteProperty(env, variableOf(name));
  }
  const known = specs.map(([name]) => name);
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || text === undefined || text.trim() === '') continue;
    const name = variable.slice(PREFIX.length).toLowerCase();
    if (!known.some((input) => variableOf(input) === variable)) throw unknownName('input', name, known);
  }
  return readInputs(command, (name) => texts.get(name));
}
