import { CancelledError, UserError } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import { formatBytes, plural } from '../base/units.js';
import { describeEncryption, encryptionOf } from '../codec/index.js';
import { familyName } from '../inputs/name.js';
import type { BackupInputs } from '../inputs/values.js';
import { parseConnection } from '../postgres/connection/parse.js';
import { refuseTransactionPooler } from '../postgres/pooler.js';
import { findAnyPrograms, findPrograms, type Method } from '../postgres/programs/index.js';
import { Psql } from '../postgres/psql.js';
import { inspectServer, listDatabases, type ServerInfo } from '../postgres/server.js';
import type { Connection, ProgramCache, Programs } from '../postgres/types.js';
import { openStore } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { backupDatabase } from './backup-database.js';
import { planForMachine } from './compression.js';
import { dryRun } from './dry-run.js';
import { tableSizesByName } from './fingerprint/tables.js';
import { writeLog } from './log.js';
import type { Source } from './manifest.js';
import type { RunResult } from './result.js';
import type { BackupContext, BackupResult } from './types.js';

export interface RunOptions {
  inputs: BackupInputs;
  env: NodeJS.ProcessEnv;
  /** RUNNER_TEMP on GitHub. */
  tempDir: string;
  cache: ProgramCache;
  /** How programs may be installed. */
  method: Method;
  version: string;
  run: Omit<Source, 'databaseId'>;
  reporter: Reporter;
  signal: AbortSignal;
}

/** The inputs, checked and opened, before anything is asked of a server. */
interface Prepared {
  connection: Connection;
  stores: Store[];
  encryption: BackupContext['encryption'];
}

async function prepare(options: RunOptions): Promise<Prepared> {
  const { inputs, env, reporter, signal } = options;
  const connection = parseConnection(inputs.databaseUrl ?? '', env);
  for (const secret of connection.secrets) reporter.mask(secret);
  if (inputs.passphrase !== undefined) reporter.mask(inputs.passphrase);
  const encryption = await encryptionOf(inputs.recipients, inputs.passphrase);
  reporter.info(describeEncryption(encryption));
  const stores = await Promise.all(inputs.storage.map((url) => openStore(url, { env, reporter, signal })));
  return { connection, stores, encryption };
}

/**
 * Backs up every database that the inputs name.
 * @throws when nothing could be begun; a failure of one database of several is in the result.
 */
export async function runBackup(options: RunOptions): Promise<RunResult> {
  const { inputs, reporter, signal } = options;
  const prepared = await prepare(options);
  const { connection, stores } = prepared;
  const { programs, server, databases } = await connect(options, prepared);
  const context: BackupContext = {
    inputs,
    programs,
    connection,
    stores,
    encryption: prepared.encryption,
    compression: await planForMachine(options, programs),
    tempDir: options.tempDir,
    version: options.version,
    run: options.run,
    reporter,
    signal,
  };
  if (inputs.dryRun) {
    await dryRun(context, databases, server);
    return { results: [], failures: [] };
  }
  const result: RunResult = { results: [], failures: [] };
  for (const database of databases) {
    const startedAt = new Date();
    const name = familyName(inputs.name, database);
    let outcome: BackupResult | { error: unknown };
    try {
      outcome = await reporter.group(`Backup of ${JSON.stringify(database)}`, () =>
        one(context, database, name),
      );
      result.results.push(outcome);
    } catch (error) {
      // What a cancelled run fails with first is chance.
      outcome = { error: signal.aborted ? new CancelledError() : error };
      result.failures.push({ database, error });
    }
    await writeLog(context, name, startedAt, outcome);
    if (signal.aborted) throw new CancelledError();
  }
  return result;
}

async function one(context: BackupContext, database: string, name: string): Promise<BackupResult> {
  const { programs, connection, reporter, signal } = context;
  const open = (untouched: boolean): Promise<Psql> =>
    Psql.open({
      programs,
      connection,
      database,
      signal,
      reporter,
      ...(untouched ? { untouched } : { settings: { lock_timeout: '1s' } }),
    });
  // For each database, since PgBouncer may pool each in another way.
  await refuseTransactionPooler(() => open(true), { target: connection.target });
  const psql = await open(false);
  let server: ServerInfo;
  let sizes: Map<string, number>;
  try {
    server = await inspectServer(psql);
    sizes = await tableSizesByName(psql);
  } finally {
    await psql.close();
  }
  const size = server.databaseBytes === null ? 'of unknown size' : formatBytes(server.databaseBytes);
  reporter.info(`PostgreSQL ${server.version}, ${plural(sizes.size, 'table')}, ${size}`);
  return backupDatabase(context, database, name, server, sizes);
}

/** Everything before the first database's turn. A failure is logged with the families that are known by then. */
async function connect(
  options: RunOptions,
  { connection, stores }: Prepared,
): Promise<{ programs: Programs; server: ServerInfo; databases: string[] }> {
  const { inputs, reporter, run } = options;
  const startedAt = new Date();
  try {
    const found = await reporter.group('PostgreSQL programs', () => findFor(options, connection));
    const databases = await databasesOf(options, found.programs, connection, found.server);
    return { ...found, databases };
  } catch (error) {
    const named = inputs.databases.length > 0 ? inputs.databases : [connection.target.database ?? '*'];
    const families = named.includes('*') ? [] : named.map((database) => familyName(inputs.name, database));
    if (!inputs.dryRun)
      for (const name of new Set(families))
        await writeLog({ stores, run, reporter, connection }, name, startedAt, { error });
    throw error;
  }
}

/** The programs of the server's own major. Any psql can ask a server what it is. */
async function findFor(
  options: RunOptions,
  connection: Connection,
): Promise<{ programs: Programs; server: ServerInfo }> {
  const { inputs, env, cache, tempDir, method, reporter, signal } = options;
  const find = {
    cache,
    reporter,
    env,
    tempDir,
    signal,
    method,
    ...(inputs.postgresBin === undefined ? {} : { bin: inputs.postgresBin }),
  };
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
  const psql = await open(false);
  let server: ServerInfo;
  try {
    server = await inspectServer(psql);
  } finally {
    await psql.close();
  }
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

async function databasesOf(
  { inputs, reporter, signal }: RunOptions,
  programs: Programs,
  connection: Connection,
  server: ServerInfo,
): Promise<string[]> {
  if (inputs.databases.length === 0) return [server.currentDatabase];
  if (!inputs.databases.includes('*')) return [...inputs.databases];
  const psql = await Psql.open({ programs, connection, signal, reporter });
  try {
    return await listDatabases(psql);
  } finally {
    await psql.close();
  }
}
