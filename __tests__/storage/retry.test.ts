import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentReporter, type Reporter } from '../../src/base/reporter.js';
import { StoreError } from '../../src/storage/errors.js';
import { FileStore } from '../../src/storage/file/store.js';
import { putObject } from '../../src/storage/put.js';
import { readObject } from '../../src/storage/read-many.js';
import { retrying, withRetry, type RetryOptions } from '../../src/storage/retry.js';
import type { Store, Upload } from '../../src/storage/store.js';

let waits: number[];
let told: string[];
let options: Partial<RetryOptions>;

beforeEach(() => {
  waits = [];
  told = [];
  const reporter: Reporter = {
    ...silentReporter,
    info: (text) => void told.push(text),
    warn: (text) => void told.push(text),
  };
  const sleep = (ms: number): Promise<void> => (waits.push(ms), Promise.resolve());
  options = { attempts: 5, baseMs: 100, reporter, sleep };
});

const busy = (): StoreError => new StoreError('Could not write x. Busy.', { retryable: true });

/** Fails so many times, then succeeds. */
function flaky(times: number, error: () => Error = busy): () => Promise<string> {
  let left = times;
  return () => (left-- > 0 ? Promise.reject(error()) : Promise.resolve('done'));
}

describe('retrying', () => {
  it('waits longer each time, by chance a quarter more or less, and tells each attempt', async () => {
    expect(await retrying('Writing x', flaky(4), options)).toBe('done');
    expect(waits).toHaveLength(4);
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(75 * 2 ** index);
      expect(wait).toBeLessThanOrEqual(125 * 2 ** index);
    }
    expect(told).toHaveLength(4);
    expect(told[0]).toMatch(/^Writing x: Could not write x\. Busy\. Trying again in 0\.1 s \(2 of 5\)\.$/);
  });

  it('never waits longer than 25 s', async () => {
    await retrying('x', flaky(11), { ...options, attempts: 12, baseMs: 1000 });
    expect(Math.max(...waits)).toBeLessThanOrEqual(25_000);
  });

  it('gives the last error after the last attempt', async () => {
    await expect(retrying('x', flaky(5), options)).rejects.toThrow('Busy');
    expect(waits).toHaveLength(4);
  });

  it.each([
    ['refused for good', () => new StoreError('No right.')],
    ['not found', () => new StoreError('Nothing.', { notFound: true })],
    ['a fault of ours', () => new TypeError('undefined is not a function')],
  ])('does not repeat what is %s', async (_what, error) => {
    await expect(retrying('x', flaky(1, error), options)).rejects.toThrow(error().message);
    expect(waits).toEqual([]);
  });

  it('stops waiting when the run is cancelled, without another attempt', async () => {
    const stop = new AbortController();
    const sleep = (): Promise<void> => (stop.abort(), Promise.resolve());
    let calls = 0;
    const work = (): Promise<never> => ((calls += 1), Promise.reject(busy()));
    await expect(retrying('x', work, { ...options, sleep, signal: stop.signal })).rejects.toThrow(
      'Cancelled',
    );
    expect(calls).toBe(1);
  });

  it('really waits by default, and a cancellation ends that at once', async () => {
    const stop = new AbortController();
    const work = (): Promise<never> => (setImmediate(() => stop.abort()), Promise.reject(busy()));
    await expect(retrying('x', work, { baseMs: 20_000, signal: stop.signal })).rejects.toThrow('Cancelled');
  });
});

describe('a store that fails in passing', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pgkeep-retry-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A real store, each method of which fails twice before it works. */
  function failing(): Store {
    const left = new Map<string, number>();
    const wrap = <T extends object>(target: T, of: string): T =>
      new Proxy(target, {
        get(object, name) {
          const value: unknown = Reflect.get(object, name);
          if (typeof value !== 'function' || ['locate', 'partBytes', 'list'].includes(String(name)))
            return typeof value === 'function' ? (value.bind(object) as unknown) : value;
          return async (...args: unknown[]): Promise<unknown> => {
            const key = `${of}.${String(name)}`;
            const times = left.get(key) ?? 2;
            left.set(key, times - 1);
            if (times > 0) throw busy();
            const result: unknown = await Reflect.apply(value, object, args);
            return name === 'upload' ? wrap(result as Upload, 'upload') : result;
          };
        },
      });
    return wrap(new FileStore('file:///x', folder), 'store');
  }

  it('works through withRetry, every method', async () => {
    const store = withRetry(failing(), options);
    await putObject(store, 'a/b', Buffer.from('bytes'));
    expect(Buffer.from(await readObject(store, 'a/b')).toString()).toBe('bytes');
    expect((await store.stat('a/b'))?.bytes).toBe(5);
    expect(await store.folders('')).toEqual(['a']);
    await store.remove('a/b');
    const upload = await store.upload('c');
    await upload.abort();
    expect(await store.folders('')).toEqual([]);
    // upload, part, complete, get, stat, folders, remove and abort: each failed twice.
    expect(told).toHaveLength(16);
  });

  /** A store whose listing breaks so many times once it has given two of three keys. */
  function listing(times: number): Store {
    let left = times;
    const store = new FileStore('file:///x', folder);
    // eslint-disable-next-line @typescript-eslint/require-await -- as a listing is
    store.list = async function* () {
      for (const key of ['a', 'b', 'c']) {
        if (key === 'c' && left-- > 0) throw busy();
        yield { key, bytes: 1, modified: new Date() };
      }
    };
    return withRetry(store, options);
  }

  it('gives each key once of a listing that breaks off in the middle', async () => {
    const keys: string[] = [];
    for await (const { key } of listing(3).list('')) keys.push(key);
    expect(keys).toEqual(['a', 'b', 'c']);
    expect(told).toHaveLength(3);
  });

  it('gives up a listing that always breaks off at the same place', async () => {
    const keys: string[] = [];
    const all = async (): Promise<void> => {
      // More than any number of attempts, so that a listing that begins anew for ever ends the test.
      for await (const { key } of listing(100).list('')) keys.push(key);
    };
    await expect(all()).rejects.toThrow('Busy');
    expect(keys).toEqual(['a', 'b']);
    expect(told).toHaveLength(4);
  });

  it('gives up on cleaning after three attempts, with a warning and without an error', async () => {
    let calls = 0;
    const real = new FileStore('file:///x', folder);
    const inner = await real.upload('c');
    const broken = Object.create(inner, {
      abort: { value: () => ((calls += 1), Promise.reject(busy())) },
    }) as Upload;
    Object.defineProperty(real, 'upload', { value: () => Promise.resolve(broken) });
    const upload = await withRetry(real, options).upload('c');
    await upload.abort();
    expect(calls).toBe(3);
    expect(told).toHaveLength(3);
    expect(told.at(-1)).toBe('Could not write x. Busy.');
    await inner.abort();
  });
});
