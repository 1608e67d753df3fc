import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError, messageOf } from '../base/errors.js';
import { silentReporter, type Reporter } from '../base/reporter.js';
import { formatDuration } from '../base/units.js';
import { isRetryable } from './errors.js';
import type { Digest, ObjectInfo, Receipt, Store, Upload, UploadOptions } from './store.js';

export interface RetryOptions {
  /** How often a thing is tried in all. Default: 7, about half a minute of waiting. */
  attempts: number;
  /** The first wait in milliseconds; each further one is twice as long, at most 20 s. Default: 500. */
  baseMs: number;
  sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Ends the waiting; after it everything is tried once only. */
  signal?: AbortSignal;
  reporter: Reporter;
}

const LONGEST_WAIT_MS = 20_000;
/** The store just failed for good; a job that is ending does not wait long for it. */
const CLEANUP_ATTEMPTS = 3;

const DEFAULTS: RetryOptions = {
  attempts: 7,
  baseMs: 500,
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
  reporter: silentReporter,
};

/**
 * Tries `work` until it succeeds, fails for good, or has failed `attempts` times. Waits grow, and differ by chance so
 * that many jobs do not come back at the same moment. Every new attempt is told to the reporter.
 */
export async function retrying<T>(
  what: string,
  work: () => Promise<T>,
  options: Partial<RetryOptions> = {},
  given: () => boolean = () => false,
): Promise<T> {
  const { attempts, baseMs, sleep, signal, reporter } = { ...DEFAULTS, ...options };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const over = attempt >= attempts || isAborted(signal) || given();
      if (!isRetryable(error) || over) throw error;
      const wait = Math.min(LONGEST_WAIT_MS, baseMs * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
      reporter.info(
        `${what}: ${error.message} Trying again in ${formatDuration(wait / 1000)} (${attempt + 1} of ${attempts}).`,
      );
      await sleep(wait, signal);
      if (isAborted(signal)) throw new CancelledError();
      if (given()) throw error;
    }
  }
}

/** A call, because it changes while we wait and a narrowed property would not. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** The same store, where everything that fails in passing is tried again. Works on any store. */
export function withRetry(store: Store, options: Partial<RetryOptions> = {}): Store {
  return new RetryingStore(store, options);
}

class RetryingStore implements Store {
  readonly url: string;
  readonly readsAtOnce?: number;

  constructor(
    private readonly store: Store,
    private readonly options: Partial<RetryOptions>,
  ) {
    this.url = store.url;
    if (store.readsAtOnce !== undefined) this.readsAtOnce = store.readsAtOnce;
  }

  async upload(key: string, options?: UploadOptions): Promise<Upload> {
    const upload = await retrying(`Writing ${key}`, () => this.store.upload(key, options), this.options);
    return new RetryingUpload(upload, key, this.options);
  }

  get(key: string): Promise<Readable> {
    return retrying(`Reading ${key}`, () => this.store.get(key), this.options);
  }

  stat(key: string): Promise<ObjectInfo | undefined> {
    return retrying(`Looking at ${key}`, () => this.store.stat(key), this.options);
  }

  /** A listing that breaks off begins anew, without what was already given. */
  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const given = new Set<string>();
    let pages = this.store.list(prefix)[Symbol.asyncIterator]();
    // What was given already is skipped within the attempt: to see it again is no progress that new attempts are due for.
    const next = async (): Promise<IteratorResult<ObjectInfo>> => {
      try {
        for (;;) {
          const result = await pages.next();
          if (result.done === true || !given.has(result.value.key)) return result;
        }
      } catch (error) {
        pages = this.store.list(prefix)[Symbol.asyncIterator]();
        throw error;
      }
    };
    for (;;) {
      const result = await retrying(`Listing ${this.url}`, next, this.options);
      if (result.done === true) return;
      given.add(result.value.key);
      yield result.value;
    }
  }

  folders(prefix: string): Promise<string[]> {
    return retrying(`Listing ${this.url}`, () => this.store.folders(prefix), this.options);
  }

  remove(key: string): Promise<void> {
    return retrying(`Removing ${key}`, () => this.store.remove(key), this.options);
  }

  locate(key: string): string {
    return this.store.locate(key);
  }
}

class RetryingUpload implements Upload {
  readonly parallel: number;
  private aborted = false;

  constructor(
    private readonly upload: Upload,
    private readonly key: string,
    private readonly options: Partial<RetryOptions>,
  ) {
    this.parallel = upload.parallel;
  }

  partBytes(index: number): number {
    return this.upload.partBytes(index);
  }

  part(index: number, bytes: Uint8Array): Promise<void> {
    const what = `Writing part ${index + 1} of ${this.key}`;
    return retrying(
      what,
      () => this.upload.part(index, bytes),
      this.options,
      () => this.aborted,
    );
  }

  complete(expected: Digest): Promise<Receipt> {
    const what = `Completing ${this.key}`;
    return retrying(
      what,
      () => this.upload.complete(expected),
      this.options,
      () => this.aborted,
    );
  }

  /** Never fails: whoever gives up has a reason of his own to report. What may have stayed is a warning. */
  async abort(): Promise<void> {
    this.aborted = true;
    const options = {
      ...this.options,
      attempts: Math.min(CLEANUP_ATTEMPTS, this.options.attempts ?? CLEANUP_ATTEMPTS),
    };
    try {
      await retrying(`Cleaning up after ${this.key}`, () => this.upload.abort(), options);
    } catch (error) {
      this.options.reporter?.warn(messageOf(error));
    }
  }
}
