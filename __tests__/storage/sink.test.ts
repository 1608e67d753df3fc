import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { digestOfBytes } from '../../src/storage/digest.js';
import { StoreSink, type SinkOptions } from '../../src/storage/sink.js';
import type { Digest, Receipt, Store, Upload } from '../../src/storage/store.js';

/** A store that keeps nothing but what a test wants to know: parts, their memory, how many were under way at once. */
class CountingStore implements Store, Upload {
  readonly url = 'test://store';
  readonly parallel: number;
  readonly buffers = new Set<ArrayBufferLike>();
  readonly indices: number[] = [];
  readonly hash = createHash('sha256');
  bytes = 0;
  underWay = 0;
  most = 0;
  aborted = 0;
  completed: Digest | undefined;

  constructor(
    private readonly size: (index: number) => number,
    parallel: number,
    private readonly work: (index: number) => Promise<void> = () =>
      new Promise((resolve) => setImmediate(resolve)),
  ) {
    this.parallel = parallel;
  }

  upload(): Promise<Upload> {
    return Promise.resolve(this);
  }
  partBytes(index: number): number {
    return this.size(index);
  }
  async part(index: number, bytes: Uint8Array): Promise<void> {
    this.buffers.add(bytes.buffer);
    this.indices.push(index);
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    const before = digestOfBytes(bytes).sha256;
    try {
      await this.work(index);
      if (digestOfBytes(bytes).sha256 !== before)
        throw new Error('the bytes of a part changed while it was sent');
    } finally {
      this.underWay -= 1;
    }
    this.bytes += bytes.byteLength;
  }
  complete(expected: Digest): Promise<Receipt> {
    this.completed = expected;
    return Promise.resolve({ bytes: expected.bytes, readBack: 'md5' });
  }
  abort(): Promise<void> {
    this.aborted += 1;
    return Promise.resolve();
  }
  locate(key: string): string {
    return `test://store/${key}`;
  }
  get(): Promise<Readable> {
    return Promise.resolve(Readable.from([]));
  }
  stat(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  async *list(): AsyncIterable<never> {}
  folders(): Promise<string[]> {
    return Promise.resolve([]);
  }
  remove(): Promise<void> {
    return Promise.resolve();
  }
}

const open = (store: Store, options: SinkOptions = {}): Promise<StoreSink> =>
  StoreSink.open(store, 'key', options);

describe('the sink', () => {
  it('uses the same few buffers however much passes through: 1 GB', async () => {
    const store = new CountingStore(() => 4_000_000, 3);
    const sink = await open(store);
    const chunk = Buffer.alloc(65_536, 7);
    const rounds = Math.ceil(1e9 / chunk.length);
    for (let round = 0; round < rounds; round += 1) await sink.write(chunk);
    await sink.finish({ bytes: rounds * chunk.length, sha256: '' });
    expect(store.bytes).toBe(rounds * chunk.length);
    expect(store.buffers.size).toBeLessThanOrEqual(4);
    expect(store.most).toBe(3);
  });

  it('cuts chunks of any size into parts of the sizes asked for, in order, and never touches what is being sent', async () => {
    const store = new CountingStore((index) => 10 + index * 3, 2);
    const sink = await open(store);
    let sent = 0;
    for (const size of [1, 9, 0, 25, 100, 3, 7]) {
      await sink.write(Buffer.alloc(size, sent % 251));
      sent += size;
    }
    await sink.finish({ bytes: sent, sha256: 'x' });
    expect(store.bytes).toBe(sent);
    expect(store.indices).toEqual([...store.indices.keys()]);
    expect(store.completed).toEqual({ bytes: sent, sha256: 'x' });
  });

  it('makes the writer wait while all parts are under way', async () => {
    const release: (() => void)[] = [];
    const store = new CountingStore(
      () => 10,
      2,
      () => new Promise((resolve) => release.push(resolve)),
    );
    const sink = await open(store);
    await sink.write(Buffer.alloc(25));
    let done = false;
    const waiting = sink.write(Buffer.alloc(10)).then(() => (done = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect({ done, underWay: store.underWay }).toEqual({ done: false, underWay: 2 });
    release.shift()?.();
    await waiting;
    expect(store.indices).toEqual([0, 1, 2]);
    for (const free of release) free();
    const finished = sink.finish({ bytes: 35, sha256: '' });
    await new Promise((resolve) => setImmediate(resolve));
    for (const free of release) free();
    await finished;
  });

  it('tells the writer of the first failure at once and for ever', async () => {
    const store = new CountingStore(
      () => 10,
      2,
      (index) => (index === 1 ? Promise.reject(new Error('no')) : Promise.resolve()),
    );
    const sink = await open(store);
    const all = (async () => {
      for (;;) await sink.write(Buffer.alloc(7));
    })();
    await expect(all).rejects.toThrow('no');
    await expect(sink.write(Buffer.alloc(1))).rejects.toThrow('no');
    await expect(sink.finish({ bytes: 0, sha256: '' })).rejects.toThrow('no');
    expect(store.completed).toBeUndefined();
  });

  it('gives up a store that takes nothing, also while the writer waits for the end', async () => {
    const store = new CountingStore(
      () => 10,
      2,
      () => new Promise(() => undefined),
    );
    const sink = await open(store, { stallMs: 30 });
    await sink.write(Buffer.alloc(15));
    await expect(sink.finish({ bytes: 15, sha256: '' })).rejects.toThrow(
      /test:\/\/store\/key: the store took nothing for/,
    );
  });

  it('does not count the time in which nobody writes', async () => {
    const store = new CountingStore(() => 10, 2);
    const sink = await open(store, { stallMs: 250 });
    await sink.write(Buffer.alloc(15));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await sink.finish({ bytes: 15, sha256: '' });
    expect(store.bytes).toBe(15);
  });

  it('refuses to complete what was counted otherwise', async () => {
    const sink = await open(new CountingStore(() => 10, 2));
    await sink.write(Buffer.alloc(15));
    await expect(sink.finish({ bytes: 16, sha256: '' })).rejects.toThrow(/15 bytes were sent where 16/);
  });

  it('ends when the run is cancelled, whatever hangs, and can be aborted twice', async () => {
    const stop = new AbortController();
    const store = new CountingStore(
      () => 10,
      1,
      () => new Promise(() => undefined),
    );
    const sink = await open(store, { signal: stop.signal });
    const writing = sink.write(Buffer.alloc(50));
    stop.abort();
    await expect(writing).rejects.toThrow('Cancelled');
    await sink.abort();
    await sink.abort();
    expect(store.aborted).toBe(2);
    await expect(
      open(store, { signal: stop.signal }).then((late) => late.write(Buffer.alloc(1))),
    ).rejects.toThrow('Cancelled');
  });
});
