import { retrying } from './retry.js';
import type { Store } from './store.js';

/** What one object says, or why it could not be read or understood. */
export type ReadResult<T> = { key: string; ok: true; value: T } | { key: string; ok: false; error: unknown };

/** How many objects are read at once from a store that names no number: far below what any store limits. */
const AT_ONCE = 32;

/**
 * Reads small objects, as many at once as the store takes, and returns them in the order of `keys`. One that cannot be
 * read, or for which `decode` throws, has the `error`; the others are read all the same. Of each only what
 * `decode` returns stays in memory.
 */
export async function readMany<T>(
  store: Store,
  keys: readonly string[],
  decode: (bytes: Uint8Array, key: string) => T,
): Promise<ReadResult<T>[]> {
  const results: ReadResult<T>[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < keys.length) {
      const index = next;
      next += 1;
      const key = keys[index] ?? '';
      try {
        results[index] = { key, ok: true, value: decode(await readObject(store, key), key) };
      } catch (error) {
        results[index] = { key, ok: false, error };
      }
    }
  };
  const workers = Math.min(store.readsAtOnce ?? AT_ONCE, keys.length);
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
}

/** One whole small object. A connection that breaks while the bytes come is worth two more attempts. */
export async function readObject(store: Pick<Store, 'get'>, key: string): Promise<Uint8Array> {
  const body = async (): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await store.get(key)) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  };
  return retrying(`Reading ${key}`, body, { attempts: 3 });
}
