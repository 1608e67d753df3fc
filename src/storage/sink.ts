import { CancelledError } from '../base/errors.js';
import { formatDuration } from '../base/units.js';
import { StoreError } from './errors.js';
import type { Digest, Receipt, Store, Upload, UploadOptions } from './store.js';

export interface SinkOptions extends UploadOptions {
  /** How long a store may finish no part before it is given up. Default: ten minutes. */
  stallMs?: number;
  /** Gives up what is under way; `abort` is then still to be called. */
  signal?: AbortSignal;
}

const STALL_MS = 600_000;
/** With more than this under way at once the stall may last longer in proportion: slow is not dead. */
const STALL_BYTES = 40 * 1024 * 1024;

/**
 * Writes one object to one store from a stream of chunks of any size. Chunks are gathered in part buffers that are used
 * again and again, and up to `upload.parallel` parts are sent at once. There is one buffer beyond those, being filled,
 * so memory does not grow with the object; `write` waits while all are full.
 */
export class StoreSink {
  private current: Buffer | undefined;
  private filled = 0;
  private nextIndex = 0;
  private written = 0;
  private readonly free: Buffer[] = [];
  private readonly sending = new Map<number, Promise<void>>();
  private sendingBytes = 0;
  private failure: { error: unknown } | undefined;
  private readonly failed: Promise<void>;
  private wake: () => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly upload: Upload,
    private readonly name: string,
    private readonly stallMs: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.failed = new Promise((resolve) => (this.wake = resolve));
    if (signal?.aborted === true) this.cancel();
    else signal?.addEventListener('abort', this.cancel, { once: true });
  }

  private readonly cancel = (): void => this.fail(new CancelledError());

  static async open(store: Store, key: string, options: SinkOptions = {}): Promise<StoreSink> {
    const upload = await store.upload(key, options);
    return new StoreSink(upload, store.locate(key), options.stallMs ?? STALL_MS, options.signal);
  }

  /**
   * Takes a chunk; its memory is the caller's again once this resolves, which is when there is room for more.
   * One call at a time. @throws what the store said, as soon as a part has failed.
   */
  async write(chunk: Uint8Array): Promise<void> {
    this.throwFailure();
    let offset = 0;
    while (offset < chunk.byteLength) {
      this.current ??= this.buffer();
      const taken = Math.min(chunk.byteLength - offset, this.current.byteLength - this.filled);
      this.current.set(chunk.subarray(offset, offset + taken), this.filled);
      this.filled += taken;
      offset += taken;
      if (this.filled === this.current.byteLength) await this.send(this.current);
    }
    this.written += chunk.byteLength;
  }

  /**
   * Sends the rest, completes the object and proves it.
   * @throws when any of that fails; `abort` is then still to be called.
   */
  async finish(digest: Digest): Promise<Receipt> {
    this.throwFailure();
    if (this.current !== undefined && this.filled > 0) await this.send(this.current);
    while (this.sending.size > 0) await this.oneSent();
    this.release();
    if (digest.bytes !== this.written)
      throw new StoreError(
        `${this.name}: ${this.written} bytes were sent where ${digest.bytes} were counted. Please report this fault of pgkeep.`,
      );
    return this.upload.complete(digest);
  }

  /** Forgets the object, and what is under way. Safe at any time, and twice. */
  async abort(): Promise<void> {
    this.fail(new StoreError(`${this.name}: the upload was given up.`));
    this.release();
    await this.upload.abort();
  }

  private buffer(): Buffer {
    const bytes = this.upload.partBytes(this.nextIndex);
    const used = this.free.pop();
    return used?.byteLength === bytes ? used : Buffer.allocUnsafeSlow(bytes);
  }

  /** Starts sending what the current buffer holds, once fewer than `parallel` parts are under way. */
  private async send(buffer: Buffer): Promise<void> {
    while (this.sending.size >= this.upload.parallel) await this.oneSent();
    const index = this.nextIndex;
    const bytes = buffer.subarray(0, this.filled);
    this.nextIndex += 1;
    this.current = undefined;
    this.filled = 0;
    this.sendingBytes += bytes.byteLength;
    const sent = this.upload.part(index, bytes).then(
      () => void this.free.push(buffer),
      (error: unknown) => this.fail(error),
    );
    this.sending.set(
      index,
      sent.then(() => {
        this.sending.delete(index);
        this.sendingBytes -= bytes.byteLength;
        this.watch();
      }),
    );
    if (this.sending.size === 1) this.watch();
  }

  private async oneSent(): Promise<void> {
    await Promise.race([this.failed, ...this.sending.values()]);
    this.throwFailure();
  }

  /** Starts the stall clock anew, or stops it where nothing is under way. */
  private watch(): void {
    clearTimeout(this.timer);
    if (this.sending.size === 0 || this.failure !== undefined) return;
    const ms = this.stallMs * Math.max(1, this.sendingBytes / STALL_BYTES);
    this.timer = setTimeout(() => {
      const error = `${this.name}: the store took nothing for ${formatDuration(ms / 1000)}, so the upload was given up.`;
      this.fail(
        new StoreError(`${error} Check that the store works and that the network to it is fast enough.`),
      );
    }, ms);
    this.timer.unref();
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.wake();
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  private release(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.cancel);
    this.current = undefined;
    this.filled = 0;
    this.free.length = 0;
  }
}
