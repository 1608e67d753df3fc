import { UserError } from '../../base/errors.js';
import type { Connection } from '../types.js';
import { formatKeywords, parseKeywords, type Options } from './options.js';
import { targetOf, type Target } from './target.js';
import { isUri, parseUri } from './uri.js';

/** Secrets that libpq takes from the connection string alone: there is no variable for them, and argv is public. */
const UNSENDABLE: Record<string, string> = {
  sslpassword: 'use a key file without a password (`openssl pkey -in key.pem -out plain.pem`, mode 0600)',
  oauth_client_secret: 'use a role with a password or a client certificate',
  scram_client_key: 'give the password instead',
  scram_server_key: 'give the password instead',
};

/** Notices a server that went away within about 3 minutes, and keeps NAT gateways from forgetting an idle session. */
const KEEPALIVES: Record<string, string> = {
  keepalives_idle: '60',
  keepalives_interval: '15',
  keepalives_count: '8',
};

/** Any of these says which server is meant. PGUSER and PGPASSWORD do not: some runner images set them. */
const NAMING = ['PGHOST', 'PGHOSTADDR', 'PGSERVICE', 'PGDATABASE'];

/**
 * Reads `database-url` by libpq's own rules: a URI, a keyword=value string, or, when it is empty, the `PG*` variables alone.
 * What the URL leaves out comes from the `PG*` variables and the service file, as for any PostgreSQL program.
 * The password goes to the programs by PGPASSWORD, never on a command line; a password in a service file would win over it.
 * `client_encoding` is dropped: it would change the encoding of the archive.
 * @throws UserError without any text of the URL when it cannot be read or holds what cannot be passed on safely.
 */
export function parseConnection(databaseUrl: string, env: NodeJS.ProcessEnv): Connection {
  const text = databaseUrl.trim();
  const { options, form, writtenPassword, strayed } = read(text, env);
  for (const [keyword, advice] of Object.entries(UNSENDABLE)) {
    if (options.has(keyword)) {
      throw new UserError(
        `database-url sets \`${keyword}\`, which can reach PostgreSQL's programs only by their command line, ` +
          `where every process could read it: ${advice}.`,
      );
    }
  }
  const target = targetOf(options, env, form, writtenPassword);
  if (isUri(target.database ?? '')) {
    throw new UserError(
      `${options.has('dbname') ? '`dbname` in database-url' : 'PGDATABASE'} holds a URL, which PostgreSQL's programs take ` +
        'for the name of a database: put the URL itself into `database-url`.',
    );
  }
  const password = options.get('password');
  return {
    conninfo: (database) => formatKeywords(publicOptions(options, target, database)),
    env: childEnvironment(env, password),
    database: target.database,
    target,
    secrets: [
      ...new Set(
        [
          form === 'environment' ? '' : text,
          writtenPassword ?? '',
          ...variants(password),
          ...variants(env['PGPASSWORD']),
          strayed ?? '',
        ].filter((secret) => secret !== ''),
      ),
    ],
  };
}

interface Read {
  options: Options;
  form: Target['form'];
  writtenPassword: string | undefined;
  strayed: string | undefined;
}

function read(text: string, env: NodeJS.ProcessEnv): Read {
  if (isUri(text)) return { form: 'uri', ...parseUri(text) };
  if (text === '') {
    if (!NAMING.some((name) => (env[name] ?? '') !== '')) {
      throw new UserError(
        'No database is named. Set `database-url` (for example `postgres://user:password@host:5432/database`, from a secret), ' +
          'or the standard variables PGHOST, PGUSER, PGPASSWORD and PGDATABASE. A secret that does not exist, or was not ' +
          'passed to a called workflow, is empty; pull requests from forks and of Dependabot are given none at all.',
      );
    }
    return { form: 'environment', options: new Map(), writtenPassword: undefined, strayed: undefined };
  }
  if (/^["']/.test(text) || /^[A-Za-z][\w+.-]*:/.test(text) || !text.includes('='))
    throw notAConnection(text);
  return {
    form: 'keywords',
    options: parseKeywords(text),
    writtenPassword: undefined,
    strayed: undefined,
  };
}

function notAConnection(text: string): UserError {
  const scheme = /^([A-Za-z][\w+.-]{0,30}):/.exec(text)?.[1];
  const found = /^["']/.test(text)
    ? 'It starts with a quote: remove the quotes around it.'
    : scheme === undefined
      ? 'For a database of the local server write `dbname=NAME`.'
      : /^(jdbc|postgres(ql)?\b)/i.test(scheme)
        ? "Only `postgres://` or `postgresql://` (in lower case, without a driver or `jdbc:` in front) is a URL for PostgreSQL's own programs."
        : 'It is a URL of something else.';
  return new UserError(
    `database-url is neither a \`postgres://\` URL nor a libpq string such as \`host=... dbname=... user=...\`. ${found}`,
  );
}

function publicOptions(options: Options, target: Target, database: string | undefined): Options {
  const shown: Options = new Map(options);
  shown.delete('password');
  shown.delete('client_encoding');
  if (database !== undefined) shown.set('dbname', database);
  // A service file may set its own; given here ours would win over those.
  if (!target.service && ![...options.keys()].some((keyword) => keyword.startsWith('keepalives')))
    for (const [keyword, value] of Object.entries(KEEPALIVES)) shown.set(keyword, value);
  return shown;
}

function childEnvironment(env: NodeJS.ProcessEnv, password: string | undefined): NodeJS.ProcessEnv {
  const child: NodeJS.ProcessEnv = {
    PGAPPNAME: 'pgkeep',
    PGCONNECT_TIMEOUT: '30',
    ...env,
    // English messages, which we explain.
    LC_ALL: 'C',
    LC_MESSAGES: 'C',
  };
  delete child['LANGUAGE'];
  delete child['PGCLIENTENCODING'];
  // An empty password in the URL overrides PGPASSWORD too; libpq then looks into the password file.
  if (password === '') delete child['PGPASSWORD'];
  else if (password !== undefined) child['PGPASSWORD'] = password;
  return child;
}

function variants(password: string | undefined): string[] {
  if (password === undefined || password === '') return [];
  return [password, encodeURIComponent(password), formatKeywords(new Map([['', password]])).slice(2, -1)];
}
