import { readFileSync } from 'node:fs';
import { codeOf, ExplainedError, UserError } from '../base/errors.js';
import type { FleetAction } from './keys.js';
import { parseFleet } from './parse.js';
import { checkSize, legsOf, type Leg } from './plan.js';
import { problemText } from './types.js';

/**
 * The jobs that a config file asks for.
 * @throws AggregateError of everything that is wrong with it, UserError where there is no such file
 */
export function readLegs(file: string, action: FleetAction): Leg[] {
  const { members, problems } = parseFleet(textOf(file), action);
  // Whoever may read the run's log may read the file too.
  const told = problems.map((problem) => problemText(file, problem));
  if (told.length > 0) throw new AggregateError(told.map((text) => new ExplainedError(text, text)));
  const legs = legsOf(members, action);
  checkSize(legs);
  return legs;
}

function textOf(file: string): string {
  try {
    // An editor's mark at the start is no part of the text.
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    const wrong = `Input "config" is ${JSON.stringify(file)}`;
    if (codeOf(error) === 'ENOENT')
      throw new UserError(
        `${wrong}: there is no such file here. Name it from the root of the repository, and check the repository out before.`,
      );
    throw new UserError(`${wrong}: it cannot be read (${codeOf(error) ?? 'error'}).`, { cause: error });
  }
}
