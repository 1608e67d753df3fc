import { UserError } from '../../../base/errors.js';
import { nearest } from '../../../inputs/unknown.js';

const MOST = 5;

/** The error for a pattern that matches nothing, with the names that are near. */
export function noMatch(input: string, { text }: { text: string }, names: readonly string[]): UserError {
  const near = nearNames(text, names);
  return new UserError(
    `Nothing in the backup matches "${text}" of the input "${input}".${near.length === 0 ? '' : ` Near are: ${near.join(', ')}.`}`,
  );
}

/** The names that a pattern that matched nothing may have meant: the same in another schema first. */
function nearNames(pattern: string, names: readonly string[]): string[] {
  const wanted = plain(pattern);
  const same = names.filter((name) => lastOf(plain(name)) === lastOf(wanted));
  const near = nearest(wanted, names.map(plain)) ?? nearest(lastOf(wanted), names.map(plain).map(lastOf));
  const others = names.filter(
    (name) => near !== undefined && [plain(name), lastOf(plain(name))].includes(near),
  );
  return [...new Set([...same, ...others])].slice(0, MOST);
}

function plain(text: string): string {
  return text.replaceAll(/["*?]/g, '').toLowerCase();
}

function lastOf(name: string): string {
  return name.split('.').at(-1) ?? name;
}
