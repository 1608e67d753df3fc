import { messageOf } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import type { Store } from '../storage/store.js';
import { newestBackup } from './catalogue.js';
import { isEncrypted } from './manifest.js';

/**
 * Says of each store whose newest backup of this family is of another database: two projects that use one name, or a
 * server that moved. The new backup is good, but the old ones must not be taken for its elders. A store that does not
 * answer is warned about: whether it takes the backup shows when it is written. So is encryption that has gone missing.
 */
export async function otherSources(
  stores: readonly Store[],
  name: string,
  databaseId: string | null,
  encrypted: boolean,
  reporter: Reporter,
): Promise<string[]> {
  const problems = await Promise.all(
    stores.map(async (store) => {
      const newest = await newestBackup(store, name).catch((error: unknown) => {
        reporter.warn(
          `${store.url} does not tell what its newest backup is, so whether that is of the same database is not known. ${messageOf(error)}`,
        );
        return undefined;
      });
      if (newest === undefined) return [];
      if (!encrypted && isEncrypted(newest)) {
        // A secret that does not exist reads as an empty input, and nobody would notice.
        reporter.warn(
          `The newest backup named "${name}" in ${store.url}, ${newest.id}, is encrypted and this one is not: \`recipients\` and \`passphrase\` are empty. If that is not meant, check that the secret or variable behind them exists, and delete the new backup.`,
        );
      }
      const other = newest.source.databaseId;
      if (databaseId === null || other === null || other === databaseId) return [];
      return [
        `The newest backup named "${name}" in ${store.url}, ${newest.id}, is of another database than this one: two projects use the same name, or the server moved. The new backup was published and nothing was removed. Give one of them another \`name\`, or move the old backups to another prefix if the server is new.`,
      ];
    }),
  );
  return problems.flat();
}
