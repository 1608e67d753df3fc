import { serverName, type Cause } from './cause.js';
import { poolerAdvice } from './hosts.js';

/** Why a server that was reached did not let us in, or not now. */
export const ADMISSION: readonly Cause[] = [
  {
    pattern: /(?:password|PAM|LDAP|RADIUS) authentication failed for user "([^"]*)"/,
    say: ([, user], { target }) =>
      `The server refused the password of role ${user}. ` +
      (target?.passwordHasPercent === true
        ? 'In a URL `%` and two hex digits stand for one character: if the password itself holds a `%`, write it as %25.'
        : target?.form === 'uri'
          ? 'Check user and password in database-url; characters such as `@` `/` `%` in them must be percent-encoded.'
          : 'Check user and password.'),
  },
  {
    pattern: /no password supplied/,
    say: (_, context) =>
      `${serverName(context).replace(/^t/, 'T')} asks for a password and none was given: put it into database-url, or set PGPASSWORD from a secret.` +
      (context.target?.form === 'uri' ? ' An empty secret gives a URL without a password.' : ''),
  },
  {
    pattern: /Tenant or user not found|tenant\/user \S+ not found/i,
    say: () =>
      "Supabase's pooler knows no such project or user: the user must be `postgres.<project-ref>`, and the host must be that of " +
      "the project's region. Copy the session pooler's URL from the project's Connect page.",
  },
  {
    pattern: /role "([^"]*)" is not permitted to log in/,
    say: ([, role]) => `Role ${role} may not log in: \`ALTER ROLE ${role} LOGIN\`, or use another role.`,
  },
  {
    // Only at the door: a restore has ERRORs of the same words about other roles.
    pattern: /FATAL:\s+role "([^"]*)" does not exist/,
    say: ([, role], { target }) =>
      `There is no role ${role} on the server. ` +
      (target?.user === undefined
        ? "database-url names no user, so the operating system's user was tried: name one."
        : 'Check the user in database-url.'),
  },
  {
    pattern: /FATAL:\s+database "([^"]*)" does not exist|no such database: (\S+)/,
    say: ([, database, pooled], { target }) =>
      `There is no database ${database ?? pooled} on the server. ` +
      (target?.database === undefined && target?.service !== true
        ? "database-url names no database, so one with the user's name was tried: name one."
        : 'Check the name in database-url (upper and lower case differ, and nothing may follow it but `?`).'),
  },
  {
    pattern: /FATAL:\s+permission denied for database "?([^"\n]*?)"?$/m,
    say: ([, database], { target }) =>
      `The role may not connect to database ${database}: GRANT CONNECT ON DATABASE ${database} TO ${target?.user ?? 'it'}.`,
  },
  {
    pattern:
      /database "([^"]*)" is not currently accepting connections|cannot connect to invalid database "([^"]*)"/,
    say: ([, closed, invalid]) =>
      closed === undefined
        ? `Database ${invalid} is what an interrupted DROP DATABASE left: it holds nothing to back up, drop it.`
        : `Database ${closed} does not allow connections (ALLOW_CONNECTIONS false), so it cannot be backed up.`,
  },
  {
    pattern:
      /too many clients already|remaining connection slots are reserved|too many connections for|max clients reached|MaxClientsInSessionMode|no more connections allowed/,
    say: (_, context) =>
      `All connections of ${serverName(context)} are taken. A backup needs up to five, and one more for each parallel job: ` +
      "run it at a quieter time, close idle connections, or raise max_connections (or the pooler's or the role's limit).",
  },
  {
    pattern:
      /the database system is (starting up|shutting down|in recovery mode|not yet accepting connections|not accepting connections)/,
    say: ([, state], context) =>
      `${serverName(context).replace(/^t/, 'T')} is ${state}: run again when it is up.`,
  },
  {
    pattern: /unsupported startup parameter(?: in options)?: (\S+)/,
    say: ([, parameter]) =>
      `A pooler refused the startup parameter ${parameter}. Take it (or \`options\` and PGOPTIONS) out, connect to the server itself, ` +
      "or list it in PgBouncer's ignore_startup_parameters.",
  },
  {
    pattern:
      /prepared statement "[^"]*" (?:does not exist|already exists)|not allowed in statement pooling mode/,
    say: (_, context) =>
      'The connection goes through a transaction pooler, which hands every transaction to another session: a dump through it is not ' +
      `consistent. ${poolerAdvice(context)}`,
  },
  {
    pattern: /query_wait_timeout|server_login_retry|server login has been failing/,
    say: () =>
      'The pooler found no free connection to the server, or cannot reach it: connect to the server itself, or look at its log and pool_size.',
  },
];
