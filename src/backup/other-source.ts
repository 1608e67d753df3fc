import type { Store } from '../storage/store.js';
import { newestBackup } from './catalogue.js';

/**
 * Says of each store whose newest backup of this family is of another database: two projects that use one name, or a
 * server that moved. The new backup is good, but the old ones must not be taken for its elders.
 */
export async function otherSources(
  stores: readonly Store[],
  name: string,
  databaseId: string | null,
): Promise<string[]> {
  if (databaseId === null) return [];
  const problems = await Promise.all(
    stores.map(async (store) => {
      const newest = await newestBackup(store, name);
      const other = newest?.source.databaseId ?? null;
      if (newest === undefined || other === null || other === databaseId) return [];
      return [
        `The newest backup named "${name}" in ${store.url}, ${newest.id}, is of another database than this one: two projects use the same name, or the server moved. The new backup was published and nothing was removed. Give one of them another \`name\`, or move the old backups to another prefix if the server is new.`,
      ];
    }),
  );
  return problems.flat();
}
