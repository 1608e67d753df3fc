import { UserError } from '../base/errors.js';
import { refuseTransactionPooler } from '../postgres/pooler.js';
import { findAnyPrograms, findPrograms } from '../postgres/programs/index.js';
import { Psql } from '../postgres/psql.js';
import {
  inspectServer,
  listDatabases,
  refuseOldServer,
  unlistedDatabases,
  type ServerInfo,
} from '../postgres/server.js';
import type { Connection, Programs } from '../postgres/types.js';
import { findOptions } from './find-options.js';
import type { RunOptions } from './run-options.js';
import { ask } from './session.js';

/** The programs of the server's own major. Any psql can ask a server what it is. */
export async function findFor(
  options: RunOptions,
  connection: Connection,
): Promise<{ programs: Programs; server: ServerInfo }> {
  const { inputs, reporter, signal } = options;
  const find = findOptions(options);
  const wanted = inputs.postgresVersion;
  const first =
    wanted === 'auto' ? await findAnyPrograms(find) : await findPrograms({ ...find, major: wanted });
  const database = inputs.databases.find((name) => name !== '*');
  const open = (untouched: boolean): Promise<Psql> =>
    Psql.open({
      programs: first,
      connection,
      signal,
      reporter,
      untouched,
      // Without a name of its own libpq would try a database that is called like the user.
      ...(connection.database === undefined && database !== undefined ? { database } : {}),
    });
  await refuseTransactionPooler(() => open(true), { target: connection.target });
  const server = await ask(
    () => open(false),
    'Asking the server what it is',
    connection.target,
    inspectServer,
  );
  refuseOldServer(server);
  const programs =
    wanted === 'auto' && first.major !== server.major
      ? await findPrograms({ ...find, major: server.major })
      : first;
  if (programs.major < server.major) {
    throw new UserError(
      `The server is PostgreSQL ${server.version}, and pg_dump ${programs.version} cannot dump a newer server. Set postgres-version to auto or ${server.major}.`,
    );
  }
  reporter.info(`Server ${server.version}; pg_dump ${programs.version} (${programs.source})`);
  return { programs, server };
}

/** The databases that the inputs name. */
export async function databasesOf(
  { inputs, reporter, signal }: RunOptions,
  programs: Programs,
  connection: Connection,
  server: ServerInfo,
): Promise<string[]> {
  if (inputs.databases.length === 0) return [server.currentDatabase];
  if (!inputs.databases.includes('*')) return [...inputs.databases];
  const [listed, unlisted] = await ask(
    () => Psql.open({ programs, connection, signal, reporter }),
    'Reading the list of databases',
    connection.target,
    async (psql) => [await listDatabases(psql), await unlistedDatabases(psql)] as const,
  );
  if (unlisted.length > 0)
    reporter.info(`Not among all databases (*), and not backed up: ${unlisted.join(', ')}`);
  return listed;
}
