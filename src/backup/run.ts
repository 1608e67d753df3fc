import { CancelledError, UserError } from '../base/errors.js';
import { formatBytes, plural } from '../base/units.js';
import { describeEncryption, encryptionOf } from '../codec/index.js';
import { familyName } from '../inputs/name.js';
import { parseConnection } from '../postgres/connection/parse.js';
import { refuseTransactionPooler } from '../postgres/pooler.js';
import { Psql } from '../postgres/psql.js';
import { inspectServer, type ServerInfo } from '../postgres/server.js';
import type { Connection, Programs } from '../postgres/types.js';
import { openStores } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { checkArtifacts, tellArtifactCost } from './artifact-rules.js';
import { backupDatabase } from './backup-database.js';
import { planForMachine } from './compression.js';
import { databasesOf, findFor } from './connect.js';
import { dryRun } from './dry-run.js';
import { tableSizesByName } from './fingerprint/tables.js';
import { refuseHiddenDamage } from './hidden-damage.js';
import { writeLog, type LogEntry } from './log.js';
import { namedFamilies } from './named.js';
import { pruneAfter } from './prune-after.js';
import type { RunResult } from './result.js';
import type { RunOptions } from './run-options.js';
import { ask } from './session.js';
import type { BackupContext, BackupResult } from './types.js';

/** The inputs, checked and opened, before anything is asked of a server. */
interface Prepared {
  connection: Connection;
  stores: Store[];
  encryption: BackupContext['encryption'];
  /** How long artifacts are kept; undefined where none are made. */
  artifactDays: number | undefined;
}

async function prepare(options: RunOptions): Promise<Prepared> {
  const { inputs, env, reporter, artifacts } = options;
  const connection = parseConnection(inputs.databaseUrl ?? '', env);
  for (const secret of connection.secrets) reporter.mask(secret);
  if (inputs.passphrase !== undefined) reporter.mask(inputs.passphrase);
  const encryption = await encryptionOf(inputs.recipients, inputs.passphrase);
  reporter.info(describeEncryption(encryption));
  const artifactDays = checkArtifacts(inputs, {
    artifacts,
    encrypted: encryption.kind !== 'none',
    env,
    reporter,
  });
  const stores = await openStores(inputs.storage, options);
  return { connection, stores, encryption, artifactDays };
}

/**
 * Backs up every database that the inputs name.
 * @throws when nothing could be begun; a failure of one database of several is in the result.
 */
export async function runBackup(options: RunOptions): Promise<RunResult> {
  const { inputs, reporter, signal } = options;
  const prepared = await prepare(options);
  const { connection, stores } = prepared;
  const { programs, server, databases, compression } = await connect(options, prepared);
  const context: BackupContext = {
    inputs,
    programs,
    connection,
    stores,
    env: options.env,
    encryption: prepared.encryption,
    compression,
    tempDir: options.tempDir,
    version: options.version,
    run: options.run,
    reporter,
    signal,
  };
  if (inputs.dryRun) {
    await dryRun(context, databases, server);
    return { results: [], failures: [], pruned: [], pruneFailures: [] };
  }
  const result: RunResult = { results: [], failures: [], pruned: [], pruneFailures: [] };
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
    await writeLog(context, name, startedAt, entryOf(outcome));
    if (signal.aborted) throw new CancelledError();
  }
  await tellArtifactCost(context, prepared.artifactDays, result);
  await pruneAfter(context, result);
  return result;
}

function entryOf(outcome: BackupResult | { error: unknown }): LogEntry {
  if ('error' in outcome) return { action: 'backup', backup: null, failure: outcome.error };
  const [problem] = outcome.problems;
  const failure = problem === undefined ? {} : { failure: new UserError(problem) };
  return { action: 'backup', backup: outcome.manifest.id, ...failure };
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
  const { target } = connection;
  // For each database, since PgBouncer may pool each in another way.
  await refuseTransactionPooler(() => open(true), { target });
  const [server, sizes] = await ask(
    () => open(false),
    `Reading database ${JSON.stringify(database)}`,
    target,
    async (psql) => {
      await refuseHiddenDamage(psql);
      return [await inspectServer(psql), await tableSizesByName(psql)] as const;
    },
  );
  const size = server.databaseBytes === null ? 'of unknown size' : formatBytes(server.databaseBytes);
  reporter.info(`PostgreSQL ${server.version}, ${plural(sizes.size, 'table')}, ${size}`);
  return backupDatabase(context, database, name, server, sizes);
}

/** What is known before the first database's turn. */
interface Connected {
  programs: Programs;
  server: ServerInfo;
  databases: string[];
  compression: BackupContext['compression'];
}

/** Everything before the first database's turn. A failure is logged with the families that are known by then. */
async function connect(options: RunOptions, { connection, stores }: Prepared): Promise<Connected> {
  const { inputs, reporter, run } = options;
  const startedAt = new Date();
  let databases: string[] | undefined;
  try {
    const found = await reporter.group('PostgreSQL programs', () => findFor(options, connection));
    databases = await databasesOf(options, found.programs, connection, found.server);
    return { ...found, databases, compression: await planForMachine(options, found.programs) };
  } catch (error) {
    const named =
      databases === undefined
        ? namedFamilies(inputs, connection)
        : databases.map((database) => ({ name: familyName(inputs.name, database) }));
    if (!inputs.dryRun)
      for (const name of new Set(named.map(({ name }) => name)))
        await writeLog({ stores, run, reporter, connection }, name, startedAt, entryOf({ error }));
    throw error;
  }
}
