import { randomBytes } from 'node:crypto';
import { formatBytes } from '../base/units.js';
import { familyName } from '../inputs/name.js';
import { Psql } from '../postgres/psql.js';
import { inspectServer, type ServerInfo } from '../postgres/server.js';
import { putObject } from '../storage/put.js';
import type { Store } from '../storage/store.js';
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
  const { inputs, programs, connection, reporter, signal } = context;
  for (const database of databases) {
    const psql = await Psql.open({ programs, connection, database, signal, reporter });
    try {
      const { databaseBytes } = await inspectServer(psql);
      const size = databaseBytes === null ? 'an unknown size' : formatBytes(databaseBytes);
      reporter.info(
        `Would back up database ${JSON.stringify(database)} (${size} on the server, usually a third of that or less when compressed) as "${familyName(inputs.name, database)}".`,
      );
    } finally {
      await psql.close();
    }
  }
  await Promise.all(context.stores.map((store) => probe(store)));
  for (const store of context.stores)
    reporter.info(`${store.url}: a probe was written, read back and removed.`);
  reporter.info(`Dry run on PostgreSQL ${server.version}: nothing was dumped.`);
}

/** The key is no backup's and no family's log; a probe that could not be removed is one small file. */
async function probe(store: Store): Promise<void> {
  const key = `_probe/${randomBytes(6).toString('hex')}.txt`;
  await putObject(store, key, Buffer.from('pgkeep dry-run probe; safe to delete\n'));
  await store.remove(key);
}
