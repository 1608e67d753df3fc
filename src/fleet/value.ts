import { messageOf } from '../base/errors.js';
import { parseValue, splitList } from '../inputs/parse.js';
import type { InputSpec } from '../inputs/spec.js';
import { parseStorageUrl } from '../storage/url.js';
import { ENVIRONMENT, FLEET_KEYS } from './keys.js';

/** docs.github.com, "Secrets reference": naming. */
const SECRET_NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i;

/**
 * What is wrong with what stands behind a known word of the file; undefined where nothing is. An empty text is the
 * same as an absent word.
 */
export function wrongValue(key: string, text: string): string | undefined {
  if (text.includes('${{'))
    return `"${key}" holds an expression, and nothing is filled in here: ${secretOf(text)}`;
  if (text.trim() === '') return undefined;
  if (key === ENVIRONMENT) return text.trim().includes('\n') ? `"${key}" takes one line` : undefined;
  const known = FLEET_KEYS.get(key);
  if (known === undefined) return undefined;
  const { input, spec } = known;
  if (spec.type === 'secret')
    return SECRET_NAME.test(text.trim())
      ? undefined
      : `"${key}" takes the name of a secret of the repository, such as ${input === 'database-url' ? 'SHOP_DATABASE_URL' : 'PGKEEP_SECRET'}: letters, digits and _, not GITHUB_ at its start. What stands here is none, and is not repeated`;
  return readAs(input, spec, text);
}

function secretOf(text: string): string {
  const [, name] = /\$\{\{\s*secrets\.(\w+)\s*\}\}/i.exec(text) ?? [];
  return name === undefined
    ? 'write the value itself, or for a secret its name'
    : `write the name of the secret alone, ${name}`;
}

function readAs(input: string, spec: InputSpec, text: string): string | undefined {
  try {
    parseValue(input, spec, text);
    if (input === 'storage') splitList(text).forEach(parseStorageUrl);
    return undefined;
  } catch (error) {
    return withoutStop(messageOf(error));
  }
}

/** As the other problems have it. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
