import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOfBytes } from '../../src/storage/digest.js';
import { isNotFound } from '../../src/storage/errors.js';
import { putObject } from '../../src/storage/put.js';
import { readMany, readObject } from '../../src/storage/read-many.js';
import { StoreSink } from '../../src/storage/sink.js';
import type { Store } from '../../src/storage/store.js';

/** A store under test, and a look at what it left behind. */
export interface Subject {
  /** A new store with nothing in it. */
  empty(): Promise<Store>;
  /** Two stores that share a place: one at `a`, one at `ab` beside it. */
  neighbours(): Promise<[Store, Store]>;
  /** Everything that is there, finished or not, of the store that `empty` made last. */
  leftovers(): Promise<string[]>;
  /** Whether an empty object is refused: artifacts of 0 bytes are what broken uploads leave. */
  refusesEmpty?: boolean;
  /** How many objects make more than one page of a list. Default: 1203. */
  pageful?: number;
  stop(): Promise<void>;
}

const text = (value: string): Buffer => Buffer.from(value);

async function keysOf(store: Store, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
}

/** Writes through the sink in chunks that fit no part. */
async function write(store: Store, key: string, bytes: Uint8Array, chunk = 100_003): Promise<void> {
  const sink = await StoreSink.open(store, key);
  for (let at = 0; at < bytes.byteLength; at += chunk) await sink.write(bytes.subarray(at, at + chunk));
  await sink.finish(digestOfBytes(bytes));
}

/** What every store must do, whatever it is made of. */
export function storeContract(start: () => Promise<Subject>): void {
  let subject: Subject;
  beforeAll(async () => {
    subject = await start();
  });
  afterAll(() => subject.stop());

  describe('whole objects', () => {
    it('gives back exactly the bytes, the size and a time', async () => {
      const store = await subject.empty();
      const bytes = randomBytes(70_001);
      const receipt = await putObject(store, 'shop/one/database.dump', bytes);
      expect(receipt.bytes).toBe(70_001);
      expect(['sha256', 'md5', 'read-again']).toContain(receipt.readBack);
      expect(Buffer.from(await readObject(store, 'shop/one/database.dump')).equals(bytes)).toBe(true);
      const info = await store.stat('shop/one/database.dump');
      expect(info?.bytes).toBe(70_001);
      expect(Math.abs((info?.modified.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
    });

    it.each([
      'plain',
      'with space/and  two',
      'ünï/日本/😀.dump',
      `quo'te"s/$HOME/\`x\``,
      'a+b&c=d/100%/%2F?#[]',
      '-leading/..dots',
      'semi;colon/back\\slash',
    ])('keeps the key %s as it is', async (key) => {
      const store = await subject.empty();
      await putObject(store, key, text(key));
      expect(await keysOf(store)).toEqual([key]);
      expect(Buffer.from(await readObject(store, key)).toString()).toBe(key);
      expect(store.locate(key)).toMatch(/^(file|s3|artifact):\/\//);
      await store.remove(key);
      expect(await subject.leftovers()).toEqual([]);
    });

    it('replaces an object that is there already', async () => {
      const store = await subject.empty();
      await putObject(store, 'verified.json', text('old and longer'));
      await putObject(store, 'verified.json', text('new'));
      expect(Buffer.from(await readObject(store, 'verified.json')).toString()).toBe('new');
    });

    it('stores an empty object, or refuses it', async () => {
      const store = await subject.empty();
      if (subject.refusesEmpty === true) {
        await expect(putObject(store, 'empty', new Uint8Array())).rejects.toThrow(/would be empty/);
        expect(await subject.leftovers()).toEqual([]);
        return;
      }
      await putObject(store, 'empty', new Uint8Array());
      expect((await store.stat('empty'))?.bytes).toBe(0);
      expect(await readObject(store, 'empty')).toHaveLength(0);
    });

    const refused = ['', '/abs', '../up', 'a/../b', 'a//b', 'a/', './a', 'a/.', 'nul\0', 'line\nbreak'];
    it.each([...refused.map((key) => [JSON.stringify(key), key]), ['that is too long', 'x'.repeat(901)]])(
      'refuses the key %s everywhere',
      async (_name, key) => {
        const store = await subject.empty();
        await expect((async () => store.upload(key))()).rejects.toThrow(/cannot name a stored object/);
        await expect((async () => store.get(key))()).rejects.toThrow(/cannot name a stored object/);
        await expect((async () => store.stat(key))()).rejects.toThrow(/cannot name a stored object/);
        await expect((async () => store.remove(key))()).rejects.toThrow(/cannot name a stored object/);
      },
    );
  });

  describe('what is not there', () => {
    it('is not found, has no info, can be removed, and lists as nothing', async () => {
      const store = await subject.empty();
      await putObject(store, 'file', text('x'));
      for (const key of ['nothing', 'no/such/path', 'file/below']) {
        const error: unknown = await store.get(key).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(isNotFound(error)).toBe(true);
        expect(await store.stat(key)).toBeUndefined();
        await store.remove(key);
      }
      expect(await keysOf(store, 'nothing/')).toEqual([]);
      expect(await store.folders('nothing')).toEqual([]);
      expect(await keysOf(store)).toEqual(['file']);
    });
  });

  describe('listing', () => {
    it('finds by prefix and names folders', async () => {
      const store = await subject.empty();
      const keys = ['shop/1/manifest.json', 'shop/1/x', 'shop/2/x', 'shop-b/1/x', 'sho', 'a b/ü/x'];
      for (const key of keys) await putObject(store, key, text('x'));
      expect(await keysOf(store)).toEqual([...keys].sort());
      expect(await keysOf(store, 'shop/')).toEqual(['shop/1/manifest.json', 'shop/1/x', 'shop/2/x']);
      expect(await keysOf(store, 'sho')).toEqual(keys.filter((key) => key.startsWith('sho')).sort());
      expect(await keysOf(store, 'shop/1/m')).toEqual(['shop/1/manifest.json']);
      expect((await store.folders('')).sort()).toEqual(['a b', 'shop', 'shop-b']);
      expect((await store.folders('shop')).sort()).toEqual(['1', '2']);
      expect((await store.folders('shop/')).sort()).toEqual(['1', '2']);
      expect(await store.folders('a b/')).toEqual(['ü']);
      for (const key of keys) await store.remove(key);
      expect(await store.folders('')).toEqual([]);
      expect(await subject.leftovers()).toEqual([]);
    });

    it('never sees what belongs to a neighbour whose name begins the same', async () => {
      const [a, ab] = await subject.neighbours();
      await putObject(a, 'mine', text('a'));
      await putObject(ab, 'other', text('ab'));
      expect(await keysOf(a)).toEqual(['mine']);
      expect(await keysOf(ab)).toEqual(['other']);
      expect(await a.folders('')).toEqual([]);
    });

    it('pages through more than one page, and reads many in order', async () => {
      const store = await subject.empty();
      const keys = Array.from(
        { length: subject.pageful ?? 1203 },
        (_, index) => `many/${String(index).padStart(5, '0')}`,
      );
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let key = keys[next++]; key !== undefined; key = keys[next++])
          await putObject(store, key, text(key));
      };
      await Promise.all(Array.from({ length: 16 }, worker));
      expect(await keysOf(store, 'many/')).toEqual(keys);
      const some = keys.slice(0, 300);
      const asked = [...some, 'many/none'];
      const results = await readMany(store, asked, (bytes) => Buffer.from(bytes).toString());
      expect(results.map((result) => (result.ok ? result.value : result.key))).toEqual(asked);
      const last = results.at(-1);
      expect(last?.ok === false && isNotFound(last.error)).toBe(true);
    });
  });

  describe('uploads', () => {
    it('takes 20 MB through the sink', async () => {
      const store = await subject.empty();
      const bytes = randomBytes(20_000_003);
      await write(store, 'big', bytes);
      expect(Buffer.from(await readObject(store, 'big')).equals(bytes)).toBe(true);
    });

    it.each([0, -1, 1])('takes exactly two parts and %i bytes', async (more) => {
      const store = await subject.empty();
      const probe = await store.upload('probe');
      const bytes = randomBytes(probe.partBytes(0) + probe.partBytes(1) + more);
      await probe.abort();
      await write(store, 'edge', bytes, 65_536);
      expect(Buffer.from(await readObject(store, 'edge')).equals(bytes)).toBe(true);
    });

    it('takes parts in any order and more than once', async () => {
      const store = await subject.empty();
      const upload = await store.upload('parts', { estimatedBytes: 1 });
      const size = upload.partBytes(0);
      const bytes = randomBytes(2 * size + 11);
      const part = (index: number): Promise<void> =>
        upload.part(index, bytes.subarray(index * size, Math.min(bytes.length, (index + 1) * size)));
      await upload.part(1, randomBytes(size));
      await part(2);
      await Promise.all([part(1), part(0)]);
      await part(2);
      expect(await keysOf(store)).toEqual([]);
      await upload.complete(digestOfBytes(bytes));
      expect(Buffer.from(await readObject(store, 'parts')).equals(bytes)).toBe(true);
    });

    it('shows nothing before the end and leaves nothing after an abort', async () => {
      const store = await subject.empty();
      const upload = await store.upload('deep/er/half');
      await upload.part(0, randomBytes(upload.partBytes(0)));
      await upload.part(1, randomBytes(5));
      expect(await keysOf(store)).toEqual([]);
      expect(await store.folders('')).toEqual([]);
      await upload.abort();
      await upload.abort();
      expect(await subject.leftovers()).toEqual([]);
    });

    it('leaves nothing when aborted while parts are on their way', async () => {
      const store = await subject.empty();
      const sink = await StoreSink.open(store, 'x/y');
      await sink.write(randomBytes(17_000_000));
      await sink.abort();
      await expect(sink.write(text('more'))).rejects.toThrow(/given up/);
      expect(await subject.leftovers()).toEqual([]);
    });

    it.each([
      ['a small object', 1000],
      ['an object of several parts', 17_000_000],
    ])('removes %s that is not what was meant, and says so', async (_what, size) => {
      const store = await subject.empty();
      const bytes = randomBytes(size);
      const upload = await store.upload('wrong');
      const part = upload.partBytes(0);
      for (let at = 0; at < size; at += part) await upload.part(at / part, bytes.subarray(at, at + part));
      const expected = { bytes: size + 1, sha256: digestOfBytes(bytes).sha256 };
      await expect(upload.complete(expected)).rejects.toThrow(/wrong/);
      await upload.abort();
      expect(await subject.leftovers()).toEqual([]);
    });

    it('does not remove a finished object when aborted afterwards', async () => {
      const store = await subject.empty();
      const upload = await store.upload('done');
      await upload.part(0, text('done'));
      await upload.complete(digestOfBytes(text('done')));
      await upload.abort();
      expect(await keysOf(store)).toEqual(['done']);
    });

    it('writes many objects at once', async () => {
      const store = await subject.empty();
      const all = Array.from({ length: 12 }, (_, index) => randomBytes(300_000 + index));
      await Promise.all(all.map((bytes, index) => write(store, `same/folder/${index}`, bytes)));
      for (const [index, bytes] of all.entries())
        expect(Buffer.from(await readObject(store, `same/folder/${index}`)).equals(bytes)).toBe(true);
      await Promise.all(all.map((_, index) => store.remove(`same/folder/${index}`)));
      expect(await subject.leftovers()).toEqual([]);
    });
  });
}
