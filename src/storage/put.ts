import { digestOfBytes } from './digest.js';
import { StoreSink, type SinkOptions } from './sink.js';
import type { Receipt, Store } from './store.js';

/**
 * Stores a small object that is all in memory (a manifest, a report) and proves it, or leaves nothing behind.
 * An object that is there already is replaced.
 */
export async function putObject(
  store: Store,
  key: string,
  bytes: Uint8Array,
  options: Pick<SinkOptions, 'signal'> = {},
): Promise<Receipt> {
  const sink = await StoreSink.open(store, key, { ...options, estimatedBytes: bytes.byteLength });
  try {
    await sink.write(bytes);
    return await sink.finish(digestOfBytes(bytes));
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
