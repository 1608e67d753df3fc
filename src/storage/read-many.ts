import { retrying } from './retry.js';
import type { Store } from './store.js';

/** One object that was read whole, or why it could not be. */
export interface ReadResult {
  key: string;
  /** Empty where `error` is set. */
  bytes: Uint8Array;
  error?: unknown;
}

/**
 * Reads small objects, up to `concurrency` at once, in the order of `keys`. One that cannot be read has its `error`
 * set; the others are read all the same.
 */
export async function readMany(
  store: Store,
  keys: readonly string[],
  concurrency = 32,
): Promise<ReadResult[]> {
  const results: ReadResult[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < keys.length) {
      const index = next;
      next += 1;
      const key = keys[index] ?? '';
      try {
        results[index] = { key, bytes: await readObject(store, key) };
      } catch (error) {
        results[index] = { key, bytes: new Uint8Array(), error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, keys.length) }, worker));
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
