import { UserError } from '../../base/errors.js';

/** libpq's connection options by keyword, in the order in which they were given. */
export type Options = Map<string, string>;

/** What the URL's writer has to do about characters that mean something in a URL. */
export const ENCODE_ADVICE =
  'Inside a URL these characters of a user name or password must be written as: `%` %25, `@` %40, `/` %2F, ' +
  '`:` %3A, `#` %23, `?` %3F, `&` %26, and a space %20.';

/** libpq's `isspace` in the C locale. */
const SPACE = new Set([' ', '\t', '\n', '\v', '\f', '\r']);

/**
 * Sets one option as libpq's `conninfo_storeval` does: the last one wins, and the old `requiressl` becomes `sslmode`.
 * @throws UserError when the keyword could not be a keyword of any libpq; what libpq does not know, it names itself.
 */
export function storeOption(options: Options, keyword: string, value: string): void {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(keyword)) {
    throw new UserError(
      'database-url has a connection option whose name is not a word. Check the part after `?`, ' +
        'and put values with spaces in single quotes in a keyword=value string.',
    );
  }
  // Delete first: `Map.set` alone would keep the place of the value that it replaces.
  const [key, text] =
    keyword === 'requiressl' ? ['sslmode', value.startsWith('1') ? 'require' : 'prefer'] : [keyword, value];
  options.delete(key);
  options.set(key, text);
}

/**
 * Reads a libpq keyword/value string (`host=db.example user='the user'`) as libpq's `conninfo_parse` does:
 * blanks around `=` are allowed, a value may stand in single quotes, a backslash takes the next character as it is.
 * @throws UserError that never holds any of the text, since that may be a piece of the password.
 */
export function parseKeywords(text: string): Options {
  const options: Options = new Map();
  let at = 0;
  const skipSpace = (): void => {
    while (SPACE.has(text.charAt(at))) at += 1;
  };
  for (skipSpace(); at < text.length; skipSpace()) {
    const from = at;
    while (at < text.length && text[at] !== '=' && !SPACE.has(text.charAt(at))) at += 1;
    const keyword = text.slice(from, at);
    skipSpace();
    if (text[at] !== '=') {
      throw new UserError(
        `database-url cannot be read as a keyword=value string: word ${options.size + 1} has no \`=\` after it. ` +
          "A value with spaces must stand in single quotes, e.g. `password='two words'`.",
      );
    }
    at += 1;
    skipSpace();
    const value = readValue(text, at);
    at = value.end;
    storeOption(options, keyword, value.text);
  }
  return options;
}

function readValue(text: string, from: number): { text: string; end: number } {
  const quoted = text[from] === "'";
  let value = '';
  let at = quoted ? from + 1 : from;
  while (at < text.length) {
    const char = text.charAt(at);
    if (quoted ? char === "'" : SPACE.has(char)) return { text: value, end: at + 1 };
    if (char === '\\') at += 1;
    value += text.charAt(at);
    at += 1;
  }
  if (quoted) {
    throw new UserError(
      'database-url cannot be read as a keyword=value string: a single quote is not closed. ' +
        "Inside quotes write a quote as \\' and a backslash as \\\\.",
    );
  }
  return { text: value, end: at };
}

/** The string that `parseKeywords` and libpq read back as the same options. */
export function formatKeywords(options: Options): string {
  return [...options]
    .map(([keyword, value]) => `${keyword}='${value.replaceAll(/[\\']/g, (char) => `\\${char}`)}'`)
    .join(' ');
}
