import { UserError } from '../../base/errors.js';
import { ENCODE_ADVICE, isOption, storeOption, type Options } from './options.js';

/** What a URI says, and what is worth knowing about how it was written. */
export interface ParsedUri {
  options: Options;
  /** The password as it stands in the URI, before decoding. */
  writtenPassword: string | undefined;
  /**
   * Text that is likely to be a piece of the password although libpq takes it for something else:
   * there is an `@`, but behind a `/`, where it cannot end a user name and password any more. In the place of the
   * database's name it is refused; behind the `?` it may be right (`?user=me@there`).
   */
  strayed: string | undefined;
}

const PREFIX = /^postgres(?:ql)?:\/\//;

/** Whether libpq takes the text for a URI. The scheme is lower case for libpq, and so it is here. */
export function isUri(text: string): boolean {
  return PREFIX.test(text);
}

/**
 * Reads a `postgres://` URI exactly as libpq's `conninfo_uri_parse_options` does, which is not as browsers do:
 * the first `@` before any `/` ends user and password (so `#`, `?`, `&` and `:` may stand in a password as they are),
 * there may be several `host:port` pairs, and the query sets any connection option.
 * What can only fail is refused here, since libpq's own messages would show pieces of the password.
 * @throws UserError without any text of the URI.
 */
export function parseUri(uri: string): ParsedUri {
  const options: Options = new Map();
  let rest = uri.replace(PREFIX, '');
  const full = rest;
  const take = (pattern: RegExp): string => {
    const text = pattern.exec(rest)?.[0] ?? '';
    rest = rest.slice(text.length);
    return text;
  };

  let writtenPassword: string | undefined;
  const credentials = take(/^[^@/]*@/);
  if (credentials !== '') {
    const [user = '', password] = splitOnce(credentials.slice(0, -1), ':');
    if (user !== '') storeOption(options, 'user', decode(user, 'user name'));
    if (password !== undefined && password !== '') {
      writtenPassword = password;
      storeOption(options, 'password', decode(password, 'password'));
    }
  }
  const strayed = credentials === '' && full.includes('@') ? full.slice(0, full.lastIndexOf('@')) : undefined;

  const hosts: string[] = [];
  const ports: string[] = [];
  do {
    if (hosts.length > 0) rest = rest.slice(1);
    hosts.push(rest.startsWith('[') ? takeIpv6(take) : take(/^[^:/?,]*/));
    ports.push(take(/^:[^/?,]*/).slice(1));
  } while (rest.startsWith(','));
  storeHosts(options, hosts, ports, strayed !== undefined);

  const database = take(/^\/[^?]*/).slice(1);
  // The rest of a password such as `p/w` or `p@s/w`; psql and pg_dump would have it on their command lines.
  if (database.includes('@')) {
    throw refusal(
      'an `@` stands behind a `/`. Is there a raw `/` in the password: write it as %2F; a real `@` in the name of a database: %40',
    );
  }
  if (database !== '') storeOption(options, 'dbname', decode(database, 'database name'));
  if (rest.startsWith('?')) parseQuery(options, rest.slice(1), strayed !== undefined);
  return { options, writtenPassword, strayed };
}

function storeHosts(options: Options, hosts: string[], ports: string[], strayed: boolean): void {
  if ([...hosts, ...ports].some((text) => text.includes('@')))
    throw refusal('the password (or user name) holds a raw `@`: write it as %40');
  const host = hosts.join(',');
  if (host !== '') storeOption(options, 'host', decode(host, 'host'));
  const port = decode(ports.join(','), 'port');
  if (!/^[\d,]*$/.test(port)) {
    throw refusal(
      strayed
        ? 'the password holds a raw `/`: write it as %2F'
        : 'the port behind the host is not a number. Is there a raw `/` in the password (write it as %2F), or is `@` missing?',
    );
  }
  // `a,b` without ports makes libpq store `,`: the default port for both, whatever PGPORT says.
  if (port !== '') storeOption(options, 'port', port);
}

function takeIpv6(take: (pattern: RegExp) => string): string {
  const host = take(/^\[[^\]]*\]/);
  if (host === '') throw refusal('the `[` of an IPv6 address has no `]`');
  if (host === '[]') throw refusal('the IPv6 address between `[` and `]` is empty');
  if (take(/^(?![:/?,])./s) !== '')
    throw refusal('the `]` of an IPv6 address must be followed by `:` or `/`');
  return host.slice(1, -1);
}

function parseQuery(options: Options, query: string, strayed: boolean): void {
  const pairs = query.split('&');
  if (pairs.at(-1) === '') pairs.pop();
  for (const pair of pairs) {
    const parts = pair.split('=');
    if (parts.length !== 2)
      throw refusal('a parameter behind `?` is not of the form `name=value` (write a `=` in a value as %3D)');
    const keyword = decode(parts[0] ?? '', 'name of a parameter');
    const value = decode(parts[1] ?? '', 'value of a parameter');
    // What JDBC's users write.
    if (keyword === 'ssl' && value === 'true') storeOption(options, 'sslmode', 'require');
    else if (isOption(keyword)) storeOption(options, keyword, value);
    else throw unknownParameter(strayed ? undefined : keyword);
  }
}

/** The name is shown, for it is most often an ORM's, unless the text around it looks like a password. */
function unknownParameter(name: string | undefined): UserError {
  const shown =
    name !== undefined && /^[A-Za-z][\w.-]{0,40}$/.test(name)
      ? ` \`${name}\``
      : ' of one name behind the `?`';
  return new UserError(
    `PostgreSQL's programs know no connection option${shown} (drivers and ORMs have options of their own, such as \`schema\`, ` +
      `\`pgbouncer\` or \`connection_limit\`): take it out of database-url. ${ENCODE_ADVICE}`,
  );
}

/** Percent-decoding by libpq's rules: two hex digits, never a zero byte; `+` is a plus. */
function decode(text: string, what: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text))
    throw refusal(`the ${what} holds a raw \`%\` that is not followed by two hex digits: write it as %25`);
  if (text.includes('%00')) throw refusal(`the ${what} holds %00, which PostgreSQL does not allow`);
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw refusal(
      `the percent-encoded bytes of the ${what} are not UTF-8. If it holds a raw \`%\`, write that as %25`,
      cause,
    );
  }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function refusal(reason: string, cause?: unknown): UserError {
  return new UserError(
    `database-url cannot be read as a PostgreSQL URL: ${reason}. ${ENCODE_ADVICE}`,
    cause === undefined ? undefined : { cause },
  );
}
