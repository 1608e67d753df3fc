import { UserError } from '../base/errors.js';

/**
 * The secrets that a calling job passes as one JSON object, by name; empty ones are not among them.
 * @throws UserError that repeats nothing of it
 */
export function secretsOf(json: string | undefined): Map<string, string> {
  const values = Object.entries(objectOf(json ?? '{}'));
  return new Map(
    values.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''),
  );
}

function objectOf(json: string): object {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UserError(
      'The secret SECRETS of the calling job is no JSON object of names and values. Write each value as toJSON(secrets.NAME), which puts it into quotes by itself.',
    );
  return value;
}
