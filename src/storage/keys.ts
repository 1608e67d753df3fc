import { UserError } from '../base/errors.js';

/** The most bytes of a key: S3 has 1024 for prefix and key together. */
const MAX_KEY_BYTES = 900;

/**
 * Checks the key of an object: names joined by `/`, none of them empty, `.` or `..`, no control characters.
 * So a key can never lead out of a store's folder or prefix, whatever a manifest says.
 * @throws UserError that names the key.
 */
export function checkKey(key: string): string {
  const wrong = keyProblem(key);
  if (wrong !== undefined)
    throw new UserError(`${JSON.stringify(key)} cannot name a stored object: ${wrong}.`);
  return key;
}

/** As `checkKey`, for the start of keys: may also be empty, end in `/`, or end within a name. */
export function checkPrefix(prefix: string): string {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
  return prefix;
}

function keyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(key)) return 'it holds a control character';
  const names = key.split('/');
  if (names.includes('')) return 'it begins or ends with a slash, or holds two in a row';
  if (names.includes('.') || names.includes('..')) return 'it holds a relative path';
  return undefined;
}
