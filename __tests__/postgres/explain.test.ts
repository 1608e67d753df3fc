import { describe, expect, it } from '@jest/globals';
import { ExplainedError } from '../../src/base/errors.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { explainFailure } from '../../src/postgres/explain.js';

const explain = (stderr: string, url = 'postgres://app:pw@db.example.com:5432/shop'): string | undefined => {
  const error = explainFailure(stderr, { target: parseConnection(url, {}).target });
  if (error !== undefined) {
    expect(error).toBeInstanceOf(ExplainedError);
    // What the storage's log keeps: none of the names of the samples below.
    expect(error.anonymous).not.toMatch(
      /\b(?:app|orders|Order Lines|notes|files|schema private|nope|orders_id_seq|16400)\b|shop|example\.com|203\.0|198\.51|flycast\/|\/tmp|PostgreSQL said|undefined/,
    );
    expect(error.anonymous.length).toBeGreaterThan(20);
  }
  return error?.message;
};

const AT = 'connection to server at "db.example.com" (203.0.113.5), port 5432 failed: ';

describe('explainFailure', () => {
  it.each<[string, string, RegExp]>([
    [
      'wrong password',
      `psql: error: ${AT}FATAL:  password authentication failed for user "app"`,
      /^The server refused the password of role app\. Check user/,
    ],
    [
      'wrong password, 13',
      'pg_dump: error: connection to database "shop" failed: FATAL:  password authentication failed for user "app"',
      /refused the password of role app/,
    ],
    [
      'no password',
      `psql: error: ${AT}fe_sendauth: no password supplied`,
      /asks for a password and none was given/,
    ],
    [
      'role',
      `psql: error: ${AT}FATAL:  role "app" does not exist`,
      /There is no role app on the server\. Check the user/,
    ],
    ['no login', `psql: error: ${AT}FATAL:  role "app" is not permitted to log in`, /may not log in/],
    [
      'database',
      `pg_dump: error: ${AT}FATAL:  database "shop" does not exist`,
      /There is no database shop[^]*Check the name/,
    ],
    ['pgbouncer database', `psql: error: ${AT}FATAL:  no such database: shop`, /There is no database shop/],
    [
      'connect privilege',
      `psql: error: ${AT}FATAL:  permission denied for database "shop"\nDETAIL:  User does not have CONNECT privilege.`,
      /may not connect to database shop[^]*GRANT CONNECT/,
    ],
    [
      'closed database',
      `psql: error: ${AT}FATAL:  database "shop" is not currently accepting connections`,
      /does not allow connections/,
    ],
    [
      'invalid database',
      `psql: error: ${AT}FATAL:  cannot connect to invalid database "shop"\nHINT:  Use DROP DATABASE to drop invalid databases.`,
      /interrupted DROP DATABASE/,
    ],
    ['supavisor', `psql: error: ${AT}FATAL:  Tenant or user not found`, /postgres\.<project-ref>/],
    [
      'clients',
      `psql: error: ${AT}FATAL:  sorry, too many clients already`,
      /connections of the server db\.example\.com on port 5432 are taken/,
    ],
    [
      'reserved',
      `psql: error: ${AT}FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute`,
      /are taken/,
    ],
    ['role limit', `psql: error: ${AT}FATAL:  too many connections for role "app"`, /are taken/],
    [
      'supavisor limit',
      `psql: error: ${AT}FATAL:  MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size`,
      /are taken/,
    ],
    [
      'starting',
      `psql: error: ${AT}FATAL:  the database system is starting up`,
      /^The server db\.example\.com on port 5432 is starting up/,
    ],
    [
      'recovery',
      `psql: error: ${AT}FATAL:  the database system is not yet accepting connections\nDETAIL:  Consistent recovery state has not been yet reached.`,
      /is not yet accepting connections/,
    ],
    [
      'name',
      'psql: error: could not translate host name "db.example.com" to address: Name or service not known',
      /host name db\.example\.com cannot be resolved\. Check it[^]*%40/,
    ],
    [
      'refused',
      `psql: error: ${AT}Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?`,
      /^Nothing accepts connections at the server db\.example\.com on port 5432 \(connection refused\)\. /,
    ],
    [
      'refused, 13',
      'psql: error: could not connect to server: Connection refused\n\tIs the server running on host "127.0.0.1" and accepting\n\tTCP/IP connections on port 1?',
      /Nothing accepts connections/,
    ],
    [
      'socket, 13',
      'psql: error: could not connect to server: No such file or directory\n\tIs the server running locally and accepting\n\tconnections on Unix domain socket "/tmp/.s.PGSQL.5432"?',
      /listens on the socket \/tmp\/\.s\.PGSQL\.5432/,
    ],
    ['timeout', `psql: error: ${AT}timeout expired`, /No answer[^]*allow-list/],
    [
      'timeout by the system',
      `psql: error: ${AT}Connection timed out\n\tIs the server running on that host and accepting TCP/IP connections?`,
      /No answer/,
    ],
    [
      'IPv6',
      'psql: error: connection to server at "db.example.com" (2001:db8::1), port 5432 failed: Network is unreachable',
      /no route[^]*IPv6[^]*IPv4 address/,
    ],
    [
      'IPv6 too',
      'psql: error: connection to server at "db.example.com" (2001:db8::1), port 5432 failed: Cannot assign requested address',
      /no route/,
    ],
    [
      'no TLS there',
      `psql: error: ${AT}server does not support SSL, but SSL was required`,
      /does not offer it/,
    ],
    [
      'TLS needed',
      `psql: error: ${AT}FATAL:  no pg_hba.conf entry for host "198.51.100.7", user "app", database "shop", no encryption`,
      /^The server[^]*add `sslmode=require`/,
    ],
    [
      'TLS needed, 13',
      'psql: error: FATAL:  no pg_hba.conf entry for host "198.51.100.7", user "app", database "shop", SSL off',
      /add `sslmode=require`/,
    ],
    [
      'TLS needed by Neon',
      `psql: error: ${AT}ERROR:  connection is insecure (try using \`sslmode=require\`)`,
      /add `sslmode=require`/,
    ],
    [
      'address not allowed',
      `psql: error: ${AT}FATAL:  no pg_hba.conf entry for host "198.51.100.7", user "app", database "shop", SSL encryption`,
      /does not let role app in from 198\.51\.100\.7/,
    ],
    ['certificate', `psql: error: ${AT}SSL error: certificate verify failed`, /cannot be trusted/],
    [
      'certificate name',
      `psql: error: ${AT}server certificate for "*.other.com" (and 1 other name) does not match host name "db.example.com"`,
      /is for \*\.other\.com, not for db\.example\.com/,
    ],
    [
      'no CA',
      `psql: error: ${AT}root certificate file "/home/runner/.postgresql/root.crt" does not exist\nEither provide the file, use the system's trusted roots with sslrootcert=system, or change sslmode to disable server certificate verification.`,
      /root\.crt does not exist[^]*sslrootcert/,
    ],
    [
      'key file',
      `psql: error: ${AT}private key file "k.pem" has group or world access; file must have permissions u=rw (0600) or less if owned by the current user, or permissions u=rw,g=r (0640) or less if owned by root`,
      /chmod 600/,
    ],
    [
      'SNI',
      `psql: error: ${AT}ERROR:  Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support or pass the endpoint ID`,
      /PostgreSQL 14 or newer/,
    ],
    ['ORM option', 'psql: error: invalid connection option "schema"', /no connection option `schema`/],
    ['sslmode', 'psql: error: invalid sslmode value: "yes"', /`sslmode` in database-url/],
    ['port', 'psql: error: invalid integer value "x" for connection option "port"', /`port` in database-url/],
    [
      'startup parameter',
      `psql: error: ${AT}FATAL:  unsupported startup parameter: options`,
      /refused the startup parameter options/,
    ],
    [
      'statement pooling',
      'ERROR:  transaction blocks not allowed in statement pooling mode',
      /transaction pooler/,
    ],
    [
      'prepared',
      'pg_dump: error: query failed: ERROR:  prepared statement "getColumnACLs" does not exist',
      /transaction pooler/,
    ],
    [
      'table',
      'pg_dump: error: query failed: ERROR:  permission denied for table orders\npg_dump: detail: Query was: LOCK TABLE public.orders IN ACCESS SHARE MODE',
      /^Role app may not read table public\.orders\. [^]*`GRANT SELECT ON public\.orders TO "app"`[^]*pg_read_all_data/,
    ],
    [
      'table, 13',
      'pg_dump: error: query failed: ERROR:  permission denied for table Order Lines\npg_dump: error: query was: LOCK TABLE public."Order Lines" IN ACCESS SHARE MODE',
      /GRANT SELECT ON public\."Order Lines" TO/,
    ],
    [
      'table among many',
      'pg_dump: error: query failed: ERROR:  permission denied for table orders\npg_dump: detail: Query was: LOCK TABLE public.a, public.orders IN ACCESS SHARE MODE',
      /may not read table orders\. [^]*GRANT SELECT ON "orders" TO/,
    ],
    [
      'sequence',
      'pg_dump: error: query failed: ERROR:  permission denied for sequence orders_id_seq\npg_dump: detail: Query was: SELECT last_value, is_called FROM public.orders_id_seq',
      /sequence orders_id_seq[^]*GRANT SELECT ON SEQUENCE "orders_id_seq"/,
    ],
    [
      'schema',
      'pg_dump: error: query failed: ERROR:  permission denied for schema private',
      /may not use schema private[^]*GRANT USAGE ON SCHEMA "private" TO "app"/,
    ],
    [
      'large object',
      'pg_dump: error: query failed: ERROR:  permission denied for large object 16400',
      /GRANT SELECT ON LARGE OBJECT 16400/,
    ],
    [
      'set role',
      'pg_dump: error: query failed: ERROR:  permission denied to set role "owner"',
      /may not become owner/,
    ],
    [
      'RLS',
      'pg_dump: error: Dumping the contents of table "notes" failed: PQgetResult() failed.\npg_dump: detail: Error message from server: ERROR:  query would be affected by row-level security policy for table "notes"\nHINT:  To disable the policy for the table\'s owner, use ALTER TABLE NO FORCE ROW LEVEL SECURITY.',
      /hides rows of table notes from role app[^]*BYPASSRLS/,
    ],
    [
      'lock',
      'pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout\npg_dump: detail: Query was: LOCK TABLE public.orders IN ACCESS SHARE MODE',
      /^Table public\.orders was locked/,
    ],
    ['lock by us', 'canceling statement due to lock timeout', /^A table was locked/],
    [
      'lock of a worker',
      'pg_dump: error: could not obtain lock on relation "public.orders"\nThis usually means that someone requested an ACCESS EXCLUSIVE lock on the table after the pg_dump parent process had gotten the initial ACCESS SHARE lock on the table.',
      /^Table public\.orders was locked/,
    ],
    [
      'statement timeout',
      'pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout\npg_dump: detail: Query was: COPY public.orders (id) TO stdout;',
      /statement_timeout/,
    ],
    [
      'standby',
      'ERROR:  canceling statement due to conflict with recovery\nDETAIL:  User query might have needed to see row versions that must be removed.',
      /hot_standby_feedback/,
    ],
    [
      'pattern',
      'pg_dump: error: no matching tables were found for pattern "public.nope"',
      /No tables match the pattern public\.nope/,
    ],
    ['schemas', 'pg_dump: error: no matching schemas were found', /No schemas match the patterns given/],
    [
      'snapshot',
      'pg_dump: error: query failed: ERROR:  invalid snapshot identifier: "00000003-1"',
      /not on the same server/,
    ],
    ['snapshot, 17', 'ERROR:  snapshot "00000003-0000001B-1" does not exist', /not on the same server/],
    [
      'snapshot gone',
      'ERROR:  could not import the requested snapshot\nDETAIL:  The source process with PID 7 is not running anymore.',
      /has ended/,
    ],
    [
      'dropped',
      'pg_dump: error: query failed: ERROR:  could not open relation with OID 16385',
      /dropped or replaced/,
    ],
    [
      'large row',
      'pg_dump: error: Dumping the contents of table "files" failed: PQgetResult() failed.\npg_dump: detail: Error message from server: ERROR:  invalid memory alloc request size 1200000003',
      /row of table files is too large/,
    ],
    [
      'corruption',
      'pg_dump: error: Dumping the contents of table "t" failed: PQgetResult() failed.\npg_dump: detail: Error message from server: ERROR:  missing chunk number 0 for toast value 16412 in pg_toast_16405',
      /damaged[^]*of table t\./,
    ],
    [
      'version',
      'pg_dump: error: server version: 17.2 (Debian 17.2-1); pg_dump version: 15.9\npg_dump: error: aborting because of server version mismatch',
      /PostgreSQL 17\.2 \(Debian 17\.2-1\), which pg_dump 15\.9 is too old/,
    ],
    [
      'version, 13',
      'pg_dump: server version: 15.1; pg_dump version: 13.9\npg_dump: error: aborting because of server version mismatch',
      /PostgreSQL 15\.1, which pg_dump 13\.9/,
    ],
    [
      'locks',
      'pg_dump: error: query failed: ERROR:  out of shared memory\nHINT:  You might need to increase "max_locks_per_transaction".',
      /lock table is full/,
    ],
    [
      'disk of the server',
      'ERROR:  could not write to file "base/pgsql_tmp/pgsql_tmp12.0": No space left on device',
      /The server's disk is full/,
    ],
    [
      'disk of the server, table',
      'ERROR:  could not extend file "base/5/16400": No space left on device\nHINT:  Check free disk space.',
      /The server's disk is full/,
    ],
    ['own disk', 'pg_dump: error: could not write to file: No space left on device', /disk of this machine/],
    [
      'administrator',
      'FATAL:  terminating connection due to administrator command\nserver closed the connection unexpectedly',
      /shut down or restarted/,
    ],
    [
      'idle',
      'FATAL:  terminating connection due to idle-in-transaction timeout',
      /idle-in-transaction timeout/,
    ],
    [
      'crash',
      'WARNING:  terminating connection because of crash of another server process\nDETAIL:  The postmaster has commanded',
      /server crashed/,
    ],
    [
      'broken',
      'pg_dump: error: Dumping the contents of table "t" failed: PQgetCopyData() failed.\npg_dump: detail: Error message from server: server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.',
      /connection to the server db\.example\.com on port 5432 broke/,
    ],
    ['broken TLS', 'SSL SYSCALL error: EOF detected', /broke/],
    ['service', 'psql: error: definition of service "x" not found', /no section \[x\]/],
  ])('knows: %s', (_name, stderr, expected) => {
    const message = explain(stderr);
    expect(message).toMatch(expected);
    expect(message).toMatch(/\nPostgreSQL said: [^\n]+$/);
    expect(message).not.toMatch(/undefined|\[object/);
  });

  it.each<[string, RegExp]>([
    ['postgres://u:p@db.abcdefghij.supabase.co:5432/postgres', /session\* pooler/],
    ['postgres://u:p@pg.railway.internal/railway', /DATABASE_PUBLIC_URL/],
    ['postgres://u:p@dpg-abc123-a/shop', /External/],
    ['postgres://u:p@shop-db.flycast/shop', /flyctl proxy/],
    ['postgres://u:p@postgres/shop', /service container/],
  ])('knows what to use instead of the host of %s', (url, expected) => {
    for (const stderr of [
      'psql: error: could not translate host name "x" to address: Name or service not known',
      'psql: error: connection to server at "x" (2001:db8::1), port 5432 failed: Network is unreachable',
      'psql: error: connection to server at "x", port 5432 failed: timeout expired',
    ])
      expect(explain(stderr, url)).toMatch(expected);
  });

  it.each<[string, RegExp]>([
    ['postgres://u:p@aws-0-eu-central-1.pooler.supabase.com:6543/postgres', /port 5432/],
    ['postgres://u:p@ep-cool-1-pooler.eu-central-1.aws.neon.tech/db', /`-pooler`/],
    ['postgres://u:p@bouncer:6432/db', /pool_mode = session/],
  ])('knows what to use instead of the pooler of %s', (url, expected) => {
    expect(explain('ERROR:  prepared statement "x" already exists', url)).toMatch(expected);
  });

  it('says how a password in a URL is written', () => {
    const stderr = `psql: error: ${AT}FATAL:  password authentication failed for user "app"`;
    expect(explain(stderr, 'postgres://app:50%41@h/d')).toMatch(/write it as %25/);
    expect(explain(stderr, 'host=h user=app password=x')).toMatch(/Check user and password\.\n/);
  });

  it('says when nothing names the user, the database or the host', () => {
    expect(explain(`${AT}FATAL:  role "runner" does not exist`, 'postgres://h')).toMatch(/names no user/);
    expect(explain(`${AT}FATAL:  database "app" does not exist`, 'postgres://app@h')).toMatch(
      /names no database/,
    );
    expect(
      explain(
        'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory',
        'dbname=shop',
      ),
    ).toMatch(/No host is given/);
  });

  it.each([
    '',
    'pg_dump: error: something new happened',
    'pg_restore: error: could not execute query: ERROR:  role "app" does not exist',
    'pg_dump: error: could not write to output file: Broken pipe',
    'NOTICE:  there are no tables',
  ])('leaves alone what it does not know: %j', (stderr) => {
    expect(explain(stderr)).toBeUndefined();
  });

  it('stays short when pg_dump prints a statement about thousands of tables', () => {
    const tables = Array.from({ length: 5000 }, (_, n) => `public.a_table_with_a_long_name_${n}`).join(', ');
    const message = explain(
      `pg_dump: error: query failed: ERROR:  permission denied for table a_table_with_a_long_name_7\n` +
        `pg_dump: detail: Query was: LOCK TABLE ${tables} IN ACCESS SHARE MODE`,
    );
    expect(message).toMatch(/may not read table a_table_with_a_long_name_7\. /);
    expect(message?.length).toBeLessThan(1000);
    expect(explain(`ERROR:  permission denied for schema ${'x'.repeat(100_000)}`)?.length).toBeLessThan(
      10_000,
    );
  });
});
