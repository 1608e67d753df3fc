import { backupKey, MANIFEST, VERIFIED } from '../backup/layout.js';
import type { ObjectInfo, Store } from '../storage/store.js';

/** Everything in the folder of one backup. */
export async function objectsOf(store: Store, name: string, id: string): Promise<ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  for await (const object of store.list(backupKey(name, id, ''))) objects.push(object);
  return objects;
}

/** The order in which they are removed: the manifest first, so that what is half removed never looks whole. */
export function removalOrder(objects: readonly ObjectInfo[]): ObjectInfo[] {
  const rank = ({ key }: ObjectInfo): number => {
    const place = [MANIFEST, VERIFIED].findIndex((file) => key.endsWith(`/${file}`));
    return place === -1 ? 2 : place;
  };
  return [...objects].sort((a, b) => rank(a) - rank(b));
}
