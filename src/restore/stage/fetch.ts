import type { Readable } from 'node:stream';
import type { Part } from '../../backup/manifest.js';
import { CancelledError, messageOf, UserError } from '../../base/errors.js';
import { formatCount, formatDuration } from '../../base/units.js';
import { decryptStage, KeyError, type DecryptionKeys } from '../../codec/index.js';
import { DigestMeter } from '../../storage/digest.js';
import { isNotFound, StoreError } from '../../storage/errors.js';
import type { Digest, Store } from '../../storage/store.js';
import { DamagedPartError } from './damaged.js';

const OTHER_COPY = 'Use another copy of the backup, or another backup.';

const STALL_MS = 600_000;

/** So much is read only to tell an altered header from a wrong key. */
const SMALL = 16 * 1024 * 1024;

export interface FetchRequest {
  store: Store;
  key: string;
  part: Part;
  keys: DecryptionKeys;
  /** The keys opened another part of the same backup. */
  keysFit: boolean;
  signal: AbortSignal;
  onBytes: (bytes: number) => void;
  /** How long a store may give nothing before it is given up. Default: ten minutes, as for writing. */
  stallMs?: number | undefined;
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
  const { part, signal } = request;
  const stored = new StoredPart(request);
  try {
    await consume(stored.plaintext());
    await stored.requireSound();
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    if (stored.failure !== undefined) throw stored.failure as Error;
    const undecrypted = error === stored.undecrypted;
    const worthReading = error instanceof KeyError ? request.keysFit || part.bytes <= SMALL : undecrypted;
    // What is wrong with the stored bytes explains what was made of them.
    if (worthReading || error instanceof DamagedPartError) await stored.requireSound(error);
    if (undecrypted && error instanceof UserError && !(error instanceof KeyError))
      throw new DamagedPartError(part.file, messageOf(error), { cause: error });
    throw error;
  } finally {
    stored.close();
  }
}

interface Opened {
  stream: Readable;
  chunks: AsyncIterator<Uint8Array>;
}

/** The bytes of one object as they come from the store, counted and hashed. */
class StoredPart {
  /** The store failed, or gave what cannot be right: nothing that was made of the bytes says anything. */
  failure: unknown;
  /** What the decryption threw. */
  undecrypted: unknown;
  private readonly meter = new DigestMeter();
  private bytes = 0;
  private found: Digest | undefined;
  private opening: Promise<Opened> | undefined;
  /** Ends the waiting for the next bytes. */
  private cancelNext: () => void = () => undefined;
  private readonly cancel = (): void => this.cancelNext();

  constructor(private readonly request: FetchRequest) {
    request.signal.addEventListener('abort', this.cancel);
  }

  /** What the part is once it is decrypted. */
  async *plaintext(): AsyncIterable<Uint8Array> {
    const { part, keys } = this.request;
    try {
      if (part.encryption === 'none') yield* this.stored();
      else yield* decryptStage(keys, part.file)(this.stored());
    } catch (error) {
      this.undecrypted = error;
      throw error;
    }
  }

  /** Reads what was not read yet. @throws DamagedPartError, with `cause`, when all of it is not what the manifest says. */
  async requireSound(cause?: unknown): Promise<void> {
    const { store, key, part } = this.request;
    while ((await this.next()) !== undefined);
    this.found ??= this.meter.digest();
    const difference = describeDifference(part, this.found);
    if (difference !== undefined)
      throw new DamagedPartError(part.file, `${store.locate(key)} ${difference} ${OTHER_COPY}`, { cause });
  }

  close(): void {
    this.request.signal.removeEventListener('abort', this.cancel);
    this.opening?.then(
      ({ stream }) => stream.on('error', () => undefined).destroy(),
      () => undefined,
    );
  }

  private async *stored(): AsyncIterable<Uint8Array> {
    // Not `for await`: a reader that stops early leaves the rest for `requireSound`.
    for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) yield chunk;
  }

  private async next(): Promise<Uint8Array | undefined> {
    try {
      const chunk = await this.uncancelled(() => this.read());
      if (chunk === undefined) return undefined;
      this.bytes += chunk.byteLength;
      this.meter.update(chunk);
      this.request.onBytes(chunk.byteLength);
      this.requireNoMore();
      return chunk;
    } catch (error) {
      this.failure = this.explain(error);
      throw this.failure as Error;
    }
  }

  private async read(): Promise<Uint8Array | undefined> {
    this.opening ??= this.open();
    const { chunks } = await this.opening;
    const next = await chunks.next();
    return next.done === true ? undefined : next.value;
  }

  private async open(): Promise<Opened> {
    const stream = await this.request.store.get(this.request.key);
    return { stream, chunks: stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array> };
  }

  /** Waits for what may never come. Not a race with one promise for all: that would remember every chunk. */
  private uncancelled<T>(work: () => Promise<T>): Promise<T> {
    if (this.request.signal.aborted) return Promise.reject(new CancelledError());
    const { stallMs = STALL_MS } = this.request;
    let timer: NodeJS.Timeout | undefined;
    return new Promise<T>((resolve, reject) => {
      this.cancelNext = () => reject(new CancelledError());
      timer = setTimeout(() => reject(this.stalled(stallMs)), stallMs);
      work().then(resolve, reject);
    }).finally(() => clearTimeout(timer));
  }

  private stalled(ms: number): StoreError {
    const { store, key } = this.request;
    return new StoreError(
      `Could not read ${store.locate(key)}: the store gave nothing for ${formatDuration(ms / 1000)}. Check that the store works and that the network to it is fast enough.`,
    );
  }

  /** What is too long need not be read to its end, and must not fill the disk. */
  private requireNoMore(): void {
    const { store, key, part } = this.request;
    if (this.bytes <= part.bytes) return;
    throw new DamagedPartError(
      part.file,
      `${store.locate(key)} is longer than it should be: more than ${formatCount(part.bytes)} bytes. ${OTHER_COPY}`,
    );
  }

  private explain(error: unknown): unknown {
    const { store, key, part } = this.request;
    if (isNotFound(error))
      return new DamagedPartError(part.file, `${store.locate(key)} is missing. ${OTHER_COPY}`, {
        cause: error,
      });
    if (error instanceof UserError || error instanceof CancelledError) return error;
    return new StoreError(`Could not read ${store.locate(key)}: ${messageOf(error)}`, { cause: error });
  }
}

/** In what the stored bytes are not those of the manifest. */
function describeDifference(part: Part, found: Digest): string | undefined {
  const [expected, bytes] = [part.bytes, found.bytes].map(formatCount);
  if (found.bytes === 0) return `is empty; it should have ${expected} bytes.`;
  if (found.bytes < part.bytes) return `is truncated: ${bytes} of ${expected} bytes.`;
  if (found.sha256 !== part.sha256)
    return `was altered: its SHA-256 is ${found.sha256}, and ${part.sha256} was stored.`;
  return undefined;
}
