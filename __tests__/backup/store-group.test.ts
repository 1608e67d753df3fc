import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '../../src/base/errors.js';
import { GRACE_MS } from '../../src/base/stop.js';
import { StoreGroup } from '../../src/backup/store-group.js';
import { StoreError } from '../../src/storage/errors.js';
import { Listener } from '../support/listener.js';
import { FaultyStore, type Faults } from '../support/faulty-store.js';

const broken = new StoreError('store b said no');

async function* chunks(count: number, size = 40_000): AsyncIterable<Uint8Array> {
  for (let index = 0; index < count; index += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    yield Buffer.alloc(size, index);
  }
}

function group(faults: Faults, signal = new AbortController().signal) {
  const good = new FaultyStore('fake://a');
  const bad = new FaultyStore('fake://b', faults);
  const said = new Listener();
  return { good, bad, said, group: new StoreGroup([good, bad], 'shop/id/', said, signal) };
}

describe('StoreGroup', () => {
  const faults: [string, Faults][] = [
    ['opening', { open: broken }],
    ['a part', { part: { index: 3, error: broken } }],
    ['the first part', { part: { index: 0, error: broken } }],
    ['completing', { complete: { suffix: 'database.dump', error: broken } }],
  ];

  it.each(faults)(
    'drops and names a store that fails at %s; the other has every byte',
    async (_at, fault) => {
      const { good, bad, group: stores } = group(fault);
      const digest = await stores.write('database.dump', chunks(20), undefined);
      expect(digest.bytes).toBe(800_000);
      expect(good.objects.get('shop/id/database.dump')?.length).toBe(800_000);
      expect(stores.live).toEqual([good]);
      expect(stores.failures).toEqual([{ store: bad, error: broken }]);
      expect([...bad.objects.keys(), ...bad.open]).toEqual([]);
      await stores.write('globals.sql', chunks(1), undefined);
      await stores.writeEach('manifest.json', () => Buffer.from('{}'));
      expect([...good.objects.keys()].sort()).toEqual(
        ['database.dump', 'globals.sql', 'manifest.json'].map((file) => `shop/id/${file}`),
      );
      expect(bad.objects.size).toBe(0);
    },
  );

  it('gives up the upload to a store that failed at once, not at the end of the file', async () => {
    const { bad, said, group: stores } = group({ part: { index: 0, error: broken } });
    const openAfterFailure: string[][] = [];
    async function* source(): AsyncIterable<Uint8Array> {
      yield* chunks(20);
      expect(said.text).toContain('left out');
      openAfterFailure.push([...bad.open]);
    }
    await stores.write('database.dump', source(), undefined);
    expect(openAfterFailure).toEqual([[]]);
    expect(bad.removed).toEqual(['shop/id/database.dump']);
  });

  it('cleans up the earlier files of a store that fails at the manifest', async () => {
    const { good, bad, group: stores } = group({ complete: { suffix: 'manifest.json', error: broken } });
    await stores.write('database.dump', chunks(3), undefined);
    await stores.writeEach('manifest.json', () => Buffer.from('{}'));
    expect([...bad.objects.keys(), ...bad.open]).toEqual([]);
    expect(good.objects.size).toBe(2);
  });

  describe('asked for everything once more', () => {
    const files = [
      { file: 'database.dump', bytes: 80_000 },
      { file: 'globals.sql', bytes: 40_000 },
    ];
    const write = async (stores: StoreGroup): Promise<void> => {
      await stores.write('database.dump', chunks(2), undefined);
      await stores.write('globals.sql', chunks(1), undefined);
      await stores.writeEach('manifest.json', () => Buffer.from('{}'));
    };

    it.each([
      ['is gone', (store: FaultyStore) => void store.objects.delete('shop/id/database.dump')],
      ['is cut', (store: FaultyStore) => void store.objects.set('shop/id/database.dump', Buffer.alloc(1))],
    ])('drops a store in which a part %s, the manifest first; the other is whole', async (_what, harm) => {
      const { good, bad, group: stores } = group({});
      await write(stores);
      harm(bad);
      await stores.requireWhole(files);
      expect(stores.live).toEqual([good]);
      expect(stores.failures).toEqual([
        {
          store: bad,
          error: expect.objectContaining({
            message: expect.stringMatching(/^fake:\/\/b\/shop\/id\/database\.dump was removed or altered/),
          }),
        },
      ]);
      expect(bad.objects.size).toBe(0);
      expect(bad.removed[0]).toBe('shop/id/manifest.json');
      expect(good.objects.size).toBe(3);
    });

    it('is whole where nothing happened, and fails where no store is', async () => {
      const { good, bad, group: stores } = group({});
      await write(stores);
      await stores.requireWhole(files);
      expect(stores.live).toEqual([good, bad]);
      for (const store of [good, bad]) store.objects.delete('shop/id/globals.sql');
      await expect(stores.requireWhole(files)).rejects.toThrow(/globals\.sql was removed or altered/);
    });
  });

  it('forgets a file that will be written again', async () => {
    const { good, bad, group: stores } = group({});
    await stores.write('database.dump', chunks(2), undefined);
    await stores.forget('database.dump');
    expect([good.objects.size, bad.objects.size]).toEqual([0, 0]);
    expect((await stores.write('database.dump', chunks(1), undefined)).bytes).toBe(40_000);
    expect(good.objects.get('shop/id/database.dump')?.length).toBe(40_000);
  });

  it('throws what the last store said', async () => {
    const only = new FaultyStore('fake://b', { part: { index: 1, error: broken } });
    const stores = new StoreGroup([only], 'shop/id/', new Listener(), new AbortController().signal);
    await expect(stores.write('database.dump', chunks(20), undefined)).rejects.toBe(broken);
    await stores.discard();
    expect([...only.objects.keys(), ...only.open]).toEqual([]);
  });

  it('passes on what the source threw, and leaves nothing open', async () => {
    const { good, bad, group: stores } = group({});
    const reason = new Error('pg_dump failed');
    async function* source(): AsyncIterable<Uint8Array> {
      yield* chunks(5);
      throw reason;
    }
    await expect(stores.write('database.dump', source(), undefined)).rejects.toBe(reason);
    expect([...good.open, ...bad.open, ...good.objects.keys(), ...bad.objects.keys()]).toEqual([]);
  });

  it('leaves nothing open when a file that was proven once fails the second time', async () => {
    const { good, group: stores } = group({});
    await stores.write('database.dump', chunks(2), undefined);
    async function* source(): AsyncIterable<Uint8Array> {
      yield* chunks(2);
      throw new Error('again');
    }
    await expect(stores.write('database.dump', source(), undefined)).rejects.toThrow('again');
    expect([...good.open]).toEqual([]);
    await stores.discard();
    expect(good.objects.size).toBe(0);
  });

  it.each([
    ['a part', { hang: { part: 1 } }],
    ['completing a file', { hang: { complete: 'database.dump' } }],
    ['completing the manifest', { hang: { complete: 'manifest.json' } }],
  ] as [string, Faults][])('ends soon when cancelled while a store hangs at %s', async (_at, fault) => {
    const stop = new AbortController();
    const { good, group: stores } = group(fault, stop.signal);
    const work = (async () => {
      await stores.write('database.dump', chunks(20), undefined);
      await stores.writeEach('manifest.json', () => Buffer.from('{}'));
    })();
    const timer = setTimeout(() => stop.abort(), 300);
    await expect(work).rejects.toBeInstanceOf(CancelledError);
    clearTimeout(timer);
    await stores.discard();
    expect([...good.objects.keys()]).toEqual([]);
  });

  it.each(['database.dump', 'manifest.json'])(
    'has cleaned one store before a cancelled run is ended, although the other answers nothing any more: at %s',
    async (at) => {
      const stop = new AbortController();
      const cancelAt = (key: string): Promise<void> => {
        if (key.endsWith(at)) stop.abort();
        return Promise.resolve();
      };
      const { good, group: stores } = group(
        { hangAfter: stop.signal, beforeComplete: cancelAt },
        stop.signal,
      );
      const work = async (): Promise<void> => {
        await stores.write('globals.sql', chunks(1), undefined);
        await stores.write('database.dump', chunks(5), undefined);
        await stores.writeEach('manifest.json', () => Buffer.from('{}'));
      };
      const cleaned = work()
        .catch(() => stores.discard())
        .then(() => 'cleaned');
      let timer: NodeJS.Timeout | undefined;
      const killed = new Promise((resolve) => (timer = setTimeout(resolve, GRACE_MS, 'killed')));
      expect(await Promise.race([cleaned, killed])).toBe('cleaned');
      clearTimeout(timer);
      expect([...good.objects.keys(), ...good.open]).toEqual([]);
    },
  );

  it('lets nothing appear after cleaning up when cancelled while a store completes slowly', async () => {
    const stop = new AbortController();
    const {
      good,
      bad,
      group: stores,
    } = group(
      {
        beforeComplete: async (key) => {
          if (!key.endsWith('manifest.json')) return;
          stop.abort();
          await new Promise((resolve) => setTimeout(resolve, 400));
        },
      },
      stop.signal,
    );
    await stores.write('database.dump', chunks(2), undefined);
    await expect(stores.writeEach('manifest.json', () => Buffer.from('{}'))).rejects.toBeInstanceOf(
      CancelledError,
    );
    await stores.discard();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([...good.objects.keys(), ...bad.objects.keys()]).toEqual([]);
    expect(bad.removed[0]).toBe('shop/id/manifest.json');
  });
});
