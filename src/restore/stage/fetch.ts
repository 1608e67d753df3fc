import { formatCount } from '../../base/units.js';
import type { Part } from '../../backup/manifest.js';
import { CancelledError, messageOf, UserError } from '../../base/errors.js';
import { decryptStage, KeyError, type DecryptionKeys } from '../../codec/index.js';
import { DigestMeter } from '../../storage/digest.js';
import { isNotFound } from '../../storage/errors.js';
import type { Digest, Store } from '../../storage/store.js';
import { DamagedPartError } from './damaged.js';

const OTHER_COPY = 'Use another copy of the backup, or another backup.';

export interface FetchRequest {
  store: Store;
  key: string;
  part: Part;
  keys: DecryptionKeys;
  signal: AbortSignal;
  onBytes: (bytes: number) => void;
}

/**
 * Hands the plaintext of a stored part to `consume`, which must read it to its end and make nothing of it that
 * could not be undone: that the part is what the manifest says is known only when this resolves.
 * @throws DamagedPartError when it is not, KeyError when no key fits, or what the store or `consume` threw.
 */
export async function fetchPart(
  request: FetchRequest,
  consume: (plain: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const stored = new StoredPart(request);
  try {
    await check(request, stored, consume);
  } finally {
    await stored.close();
  }
}

async function check(
  request: FetchRequest,
  stored: StoredPart,
  consume: (plain: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const { part, keys } = request;
  const encrypted = part.encryption !== 'none';
  const plain = encrypted ? decryptStage(keys, part.file)(stored.bytes()) : stored.bytes();
  let failure: { error: unknown } | undefined;
  try {
    await consume(stored.marked(plain));
  } catch (error) {
    if (stored.failed || request.signal.aborted) throw error;
    failure = { error };
  }
  if (failure?.error instanceof KeyError) throw failure.error;
  // What is wrong with the stored bytes explains whatever else went wrong.
  const digest = await stored.rest();
  const difference = describeDifference(part, digest);
  if (difference !== undefined)
    throw new DamagedPartError(part.file, `${where(request)} ${difference} ${OTHER_COPY}`, {
      cause: failure?.error,
    });
  if (failure === undefined) return;
  const { error } = failure;
  throw stored.decrypting && error instanceof UserError
    ? new DamagedPartError(part.file, messageOf(error), { cause: error })
    : error;
}

function where({ store, key }: FetchRequest): string {
  return store.locate(key);
}

/** In what the stored bytes are not those of the manifest. */
function describeDifference(part: Part, found: Digest): string | undefined {
  const [expected, bytes] = [part.bytes, found.bytes].map(formatCount);
  if (found.bytes === 0) return `is empty; it should have ${expected} bytes.`;
  if (found.bytes < part.bytes) return `is truncated: ${bytes} of ${expected} bytes.`;
  if (found.bytes > part.bytes) return `is longer than it should be: ${bytes} bytes instead of ${expected}.`;
  if (found.sha256 !== part.sha256)
    return `was altered: its SHA-256 is ${found.sha256}, and ${part.sha256} was stored.`;
  return undefined;
}

/** The bytes of one object as they come from the store, counted and hashed. */
class StoredPart {
  /** The store failed; nothing is known of the bytes. */
  failed = false;
  /** What failed last was the decryption, not who used its output. */
  decrypting = false;
  private readonly meter = new DigestMeter();
  private source: AsyncIterator<Uint8Array> | undefined;

  constructor(private readonly request: FetchRequest) {}

  async *bytes(): AsyncIterable<Uint8Array> {
    // Not `for await`: a reader that stops early leaves the rest for `rest`.
    for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) yield chunk;
  }

  /** Passes on what a stage makes of them, and notes whether an error came from that stage. */
  async *marked(plain: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const iterator = plain[Symbol.asyncIterator]();
    for (;;) {
      this.decrypting = true;
      const next = await iterator.next();
      this.decrypting = false;
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** Reads what was not read yet, and tells what all of it was. */
  async rest(): Promise<Digest> {
    while ((await this.next()) !== undefined);
    return this.meter.digest();
  }

  /** Gives the store's stream back, however far it was read. */
  async close(): Promise<void> {
    await this.source?.return?.();
  }

  private async next(): Promise<Uint8Array | undefined> {
    const { store, key, part, signal, onBytes } = this.request;
    if (signal.aborted) throw new CancelledError();
    try {
      this.source ??= (await store.get(key))[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      const next = await this.source.next();
      if (next.done === true) return undefined;
      this.meter.update(next.value);
      onBytes(next.value.byteLength);
      return next.value;
    } catch (error) {
      this.failed = true;
      if (isNotFound(error))
        throw new DamagedPartError(part.file, `${store.locate(key)} is missing. ${OTHER_COPY}`, {
          cause: error,
        });
      throw error;
    }
  }
}
