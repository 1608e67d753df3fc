import { randomBytes } from 'node:crypto';
import { UserError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import { familyName } from '../inputs/name.js';
import { refuseTransactionPooler } from '../postgres/pooler.js';
import { Psql } from '../postgres/psql.js';
import { inspectServer, type ServerInfo } from '../postgres/server.js';
import { putObject } from '../storage/put.js';
import type { Store } from '../storage/store.js';
import { requireSpace } from './directory-archive.js';
import { refuseHiddenDamage } from './hidden-damage.js';
import { ask } from './session.js';
import type { BackupContext } from './types.js';

/**
 * Does all that a backup does before it dumps: connects to each database and writes and removes a probe in each store.
 * @throws the first thing that a backup would fail on.
 */
export async function dryRun(
  context: BackupContext,
  databases: readonly string[],
  server: ServerInfo,
): Promise<void> {
  const { reporter } = context;
  for (const database of databases) {
    try {
      await checkDatabase(context, database);
    } catch (error) {
      if (databases.length === 1 || !(error instanceof UserError)) throw error;
      throw new UserError(`Database ${JSON.stringify(database)}: ${error.message}`, { cause: error.cause });
    }
  }
  await Promise.all(context.stores.map((store) => probe(store)));
  for (const store of context.stores)
    reporter.info(`${store.url}: a probe was written, read back and removed.`);
  reporter.info(`Dry run on PostgreSQL ${server.version}: nothing was dumped.`);
}

async function checkDatabase(context: BackupContext, database: string): Promise<void> {
  const { inputs, programs, connection, reporter, signal, compression, tempDir } = context;
  const { target } = connection;
  const open = (untouched: boolean): Promise<Psql> =>
    Psql.open({ programs, connection, database, signal, reporter, untouched });
  await refuseTransactionPooler(() => open(true), { target });
  const what = `Reading database ${JSON.stringify(database)}`;
  const { databaseBytes } = await ask(
    () => open(false),
    what,
    target,
    async (psql) => {
      await refuseHiddenDamage(psql);
      return inspectServer(psql);
    },
  );
  if (inputs.format === 'directory') await requireSpace({ compression, databaseBytes, tempDir, reporter });
  const size = databaseBytes === null ? 'an unknown size' : formatBytes(databaseBytes);
  reporter.info(
    `Would back up database ${JSON.stringify(database)} (${size} on the server, usually a third of that or less when compressed) as "${familyName(inputs.name, database)}".`,
  );
}

/** The key is no backup's and no family's log; a probe that could not be removed is one small file. */
async function probe(store: Store): Promise<void> {
  const key = `_probe/${randomBytes(6).toString('hex')}.txt`;
  await putObject(store, key, Buffer.from('pgkeep dry-run probe; safe to delete\n'));
  await store.remove(key);
}
