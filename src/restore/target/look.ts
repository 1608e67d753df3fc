import { ExplainedError, UserError } from '../../base/errors.js';
import { quoteLiteral, type Psql } from '../../postgres/psql.js';
import { databaseId, inspectServer } from '../../postgres/server.js';
import type { Connection } from '../../postgres/types.js';
import { BESIDE } from '../swap/names.js';
import { contentsOf, obstaclesOf } from './objects.js';
import { inSession, type OpenSession } from './server.js';
import type { ExistingDatabase, Target } from './types.js';

/** Databases that nearly every server has, to ask about one that is not there. */
const USUAL = ['postgres', 'defaultdb', 'template1'];

/** How many databases are tried for one that lets us in. */
const MOST_TRIED = 5;

/** The target, and a database of its server that lets us in: the target itself where it exists. */
export interface Reached {
  database: string;
  through: string;
}

/** True for the error of connecting to a database that does not exist. */
export function isMissingDatabase(error: unknown): boolean {
  return (
    error instanceof ExplainedError &&
    /database "[^"]*" does not exist|no such database: \S/.test(error.message)
  );
}

/**
 * Finds a database of the server that lets us in: the target itself, or where it does not exist one of the usual.
 * @param open opens a session; undefined: on the database that the user named
 * @throws UserError that explains why nothing can be reached
 */
export async function reach(
  connection: Connection,
  open: (database: string | undefined) => Promise<Psql>,
): Promise<Reached> {
  const wanted = connection.target.database;
  let missing: unknown;
  try {
    const psql = await open(undefined);
    try {
      const database = await psql.value('SELECT pg_catalog.current_database()');
      return { database, through: database };
    } finally {
      await psql.close();
    }
  } catch (error) {
    if (!isMissingDatabase(error) || wanted === undefined) throw error;
    missing = error;
  }
  for (const through of USUAL) {
    try {
      await (await open(through)).close();
      return { database: wanted, through };
    } catch (error) {
      if (error instanceof UserError) continue;
      throw error;
    }
  }
  throw new UserError(
    `There is no database ${wanted} on the server, and the role may connect to none of ${USUAL.join(', ')} to make it. Create it first (\`CREATE DATABASE\`), or use a role that may.`,
    { cause: missing },
  );
}

/** Reads what there is at the target, and what the role may do. Changes nothing. */
export async function lookAt(connection: Connection, open: OpenSession, reached: Reached): Promise<Target> {
  const facts = await inSession(
    () => open(reached.through, 'that looks at the target'),
    'Looking at the target server',
    connection,
    (psql) => serverFacts(psql, reached.database),
  );
  const { candidates, row, ...server } = facts;
  const maintenance = await firstOpen(candidates.slice(0, MOST_TRIED), open);
  const existing = row === null ? undefined : await existingDatabase(connection, open, facts.database, row);
  return { ...server, maintenance, existing };
}

type Row = Pick<
  ExistingDatabase,
  'oid' | 'owner' | 'mayRename' | 'mayGive' | 'isTemplate' | 'tablespace' | 'obstacles'
>;

type Facts = Omit<Target, 'maintenance' | 'existing'> & {
  /** Databases that may serve as the one for maintenance, the best first. */
  candidates: string[];
  row: Row | null;
};

async function serverFacts(psql: Psql, database: string): Promise<Facts> {
  const server = await psql.query<{
    version: string;
    number: number;
    recovering: boolean;
    lockTable: number;
    role: Target['role'];
  }>(`SELECT json_build_object('version', pg_catalog.current_setting('server_version'),
      'number', pg_catalog.current_setting('server_version_num')::int, 'recovering', pg_catalog.pg_is_in_recovery(),
      'lockTable', pg_catalog.current_setting('max_locks_per_transaction')::int8
        * (pg_catalog.current_setting('max_connections')::int8 + pg_catalog.current_setting('max_prepared_transactions')::int8),
      'role', json_build_object('name', current_user, 'superuser', rolsuper, 'createDatabases', rolsuper OR rolcreatedb))
    FROM pg_catalog.pg_roles WHERE rolname = current_user`);
  if (server.recovering)
    throw new UserError(
      'The target server is a standby, into which nothing can be restored: use its primary.',
    );
  const major = Math.floor(server.number / 10_000);
  const name = quoteLiteral(database);
  const candidates = await psql.query<string[]>(
    `SELECT coalesce(json_agg(datname ORDER BY datname <> 'postgres', datname = 'template1', datname COLLATE "C"), '[]')
     FROM pg_catalog.pg_database WHERE datallowconn AND datconnlimit <> -2 AND (NOT datistemplate OR datname = 'template1')
       AND datname <> ${name} AND pg_catalog.strpos(datname, '${BESIDE}') = 0 AND pg_catalog.has_database_privilege(oid, 'CONNECT')`,
  );
  const availableExtensions = await psql.query<string[]>(
    `SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_catalog.pg_available_extensions`,
  );
  return {
    database,
    version: server.version.split(' ')[0] ?? '',
    major,
    role: server.role,
    lockTable: server.lockTable,
    availableExtensions,
    candidates,
    row: await databaseRow(psql, database, major),
  };
}

/** Every database of the server. */
export async function databaseNames(psql: Psql): Promise<Set<string>> {
  return new Set(await psql.query<string[]>('SELECT json_agg(datname) FROM pg_catalog.pg_database'));
}

async function databaseRow(psql: Psql, database: string, major: number): Promise<Row | null> {
  // Since PostgreSQL 16 being a member need not allow to give things to the role.
  const give = major >= 16 ? 'SET' : 'MEMBER';
  const row = await psql.query<(Omit<Row, 'obstacles'> & { connectable: boolean }) | null>(
    `SELECT json_build_object('oid', d.oid::text, 'owner', r.rolname, 'isTemplate', datistemplate, 'tablespace', t.spcname, 'connectable', datallowconn AND datconnlimit <> -2,
       'mayRename', pg_catalog.pg_has_role(datdba, 'USAGE'), 'mayGive', pg_catalog.pg_has_role(datdba, '${give}'))
     FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = datdba
     JOIN pg_catalog.pg_tablespace t ON t.oid = dattablespace WHERE datname = ${quoteLiteral(database)}`,
  );
  if (row === null) return null;
  const { connectable, ...rest } = row;
  if (!connectable)
    throw new UserError(
      `The target database ${JSON.stringify(database)} allows no connections, so what it holds cannot be seen. Allow them (\`ALTER DATABASE ... ALLOW_CONNECTIONS true\`), or name another target.`,
    );
  return { ...rest, obstacles: await obstaclesOf(psql, row.oid) };
}

async function firstOpen(candidates: readonly string[], open: OpenSession): Promise<string | undefined> {
  for (const database of candidates) {
    try {
      await (await open(database, 'that looks for a database to work from')).close();
      return database;
    } catch (error) {
      // Not allowed in by pg_hba.conf, for example.
      if (!(error instanceof UserError)) throw error;
    }
  }
  return undefined;
}

function existingDatabase(
  connection: Connection,
  open: OpenSession,
  database: string,
  row: Row,
): Promise<ExistingDatabase> {
  return inSession(
    () => open(database, 'with the target'),
    `Looking at database ${JSON.stringify(database)}`,
    connection,
    async (psql) => {
      const info = await inspectServer(psql);
      return { ...row, bytes: info.databaseBytes, databaseId: databaseId(info), ...(await contentsOf(psql)) };
    },
  );
}
