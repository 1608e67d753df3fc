import { createHash } from 'node:crypto';

const PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const LONGEST = 64;
const HASH_DIGITS = 6;

/** True when something in braces is left to fill in. */
export function hasPlaceholder(name: string): boolean {
  return /\{[^}]*\}/.test(name);
}

/** True for what can be the name of a family in storage. */
export function isFamilyName(name: string): boolean {
  return PATTERN.test(name) && name.length <= LONGEST;
}

/**
 * The family that a template such as `prod-{database}` names for a database. What storage cannot have in a name
 * becomes `-`; six hex digits of the SHA-256 of the name as it was then keep different names apart.
 */
export function familyName(template: string, database = ''): string {
  // A function, because `$&` in a database's name must not mean anything.
  const name = template.replaceAll('{database}', () => database);
  if (isFamilyName(name)) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS);
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/gu, '-').replace(/^[^A-Za-z0-9]+/, '');
  const start = plain.slice(0, LONGEST - HASH_DIGITS - 1);
  return `${start === '' ? 'db' : start}-${hash}`;
}
