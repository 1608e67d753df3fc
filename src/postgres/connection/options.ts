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
 * Every option of libpq in the majors 13 to 18 (`PQconninfoOptions` in fe-connect.c, and the manual's 32.1.2). What is not
 * here is likely to be a piece of a password, and libpq itself would print it and have it on the command line.
 */
const KNOWN = new Set(
  (
    'application_name authtype channel_binding client_encoding connect_timeout dbname fallback_application_name ' +
    'gssdelegation gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle keepalives_interval ' +
    'krbsrvname load_balance_hosts max_protocol_version min_protocol_version oauth_client_id oauth_client_secret ' +
    'oauth_issuer oauth_scope options passfile password port replication require_auth requirepeer requiressl ' +
    'scram_client_key scram_server_key service servicefile ssl_max_protocol_version ssl_min_protocol_version sslcert ' +
    'sslcertmode sslcompression sslcrl sslcrldir sslkey sslkeylogfile sslmode sslnegotiation sslpassword sslrootcert ' +
    'sslsni target_session_attrs tcp_user_timeout tty user'
  ).split(' '),
);

/** Whether a libpq of the majors 13 to 18 has an option of this name; libpq knows them in lower case alone. */
export function isOption(keyword: string): boolean {
  return KNOWN.has(keyword);
}

/** Sets one option as libpq's `conninfo_storeval` does: the last one wins, and the old `requiressl` becomes `sslmode`. */
export function storeOption(options: Options, keyword: string, value: string): void {
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
  let word = 0;
  for (skipSpace(); at < text.length; skipSpace()) {
    word += 1;
    const from = at;
    while (at < text.length && text[at] !== '=' && !SPACE.has(text.charAt(at))) at += 1;
    const keyword = text.slice(from, at);
    skipSpace();
    if (text[at] !== '=') {
      throw new UserError(
        `database-url cannot be read as a keyword=value string: word ${word} has no \`=\` after it. ` +
          "A value with spaces must stand in single quotes, e.g. `password='two words'`.",
      );
    }
    if (!isOption(keyword)) {
      throw new UserError(
        `database-url cannot be read as a keyword=value string: word ${word} sets what is no connection option of PostgreSQL. ` +
          'Look for a typing error, or for an option of a driver or ORM, which must be taken out. ' +
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
