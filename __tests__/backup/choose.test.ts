import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chooseBackup, type Choice } from '../../src/backup/choose.js';
import { ManifestError } from '../../src/backup/manifest.js';
import { UserError } from '../../src/base/errors.js';
import { parseSelector, type BackupSelector } from '../../src/inputs/selector.js';
import { StoreError } from '../../src/storage/errors.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { Listener } from '../support/listener.js';

const DAYS = ['20260101', '20260102', '20260103', '20260104'];
const [A = '', B = '', C = '', D = ''] = DAYS.map((day) => `${day}T000000Z-aaaa`);

/** `20260101T000000Z-aaaa` -> `2026-01-01T00:00:05.000Z`: the snapshot is taken a moment after the start. */
function snapshotOf(id: string): string {
  return `${id.slice(0, 4)}-${id.slice(4, 6)}-${id.slice(6, 8)}T00:00:05.000Z`;
}

/** A store in a folder, which counts what it is asked for. */
class Shelf {
  readonly folder = mkdtempSync(join(tmpdir(), 'pgkeep-choose-'));
  readonly read: string[] = [];
  store!: Store;

  static async open(): Promise<Shelf> {
    const shelf = new Shelf();
    const store = await openStore(`file://${shelf.folder}`, { env: {} });
    shelf.store = Object.assign(Object.create(store) as Store, {
      get: (key: string) => {
        shelf.read.push(key);
        return store.get(key);
      },
    });
    return shelf;
  }

  put(key: string, value: unknown): this {
    const path = join(this.folder, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return this;
  }

  backup(id: string, more: Record<string, unknown> = {}, name = 'shop'): this {
    const times = { startedAt: snapshotOf(id), snapshotAt: snapshotOf(id) };
    const manifest = { version: 1, id, name, database: 'shop', label: null, ...times, parts: [], source: {} };
    return this.put(`${name}/${id}/manifest.json`, { ...manifest, ...more });
  }

  verdict(id: string, verdict: string): this {
    const time = '2026-01-05T00:00:00Z';
    return this.put(`shop/${id}/verified.json`, {
      version: 1,
      backupId: id,
      verdict,
      startedAt: time,
      finishedAt: time,
      restoreSeconds: 1,
      compareSeconds: 1,
      totals: { equal: 1, different: 0, notMeasured: 0 },
    });
  }
}

function closed(url: string): Store {
  const refuse = (): Promise<never> => Promise.reject(new StoreError('access denied'));
  const list = (): AsyncIterable<never> => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) });
  return { url, get: refuse, folders: refuse, stat: refuse, list } as unknown as Store;
}

describe('chooseBackup', () => {
  let one: Shelf;
  let two: Shelf;
  let said: Listener;
  beforeEach(async () => {
    said = new Listener();
    one = await Shelf.open();
    two = await Shelf.open();
  });
  afterEach(() => {
    for (const { folder } of [one, two]) rmSync(folder, { recursive: true, force: true });
  });

  /** @returns the id, and which of the two stores it is read from */
  async function choose(
    text: string,
    more: Partial<Choice> & { stores?: readonly Store[] } = {},
  ): Promise<string> {
    const selector = parseSelector(text);
    if (selector === undefined) throw new Error(`no selector: ${text}`);
    const { stores = [one.store], ...choice } = more;
    const now = new Date('2026-01-05T00:00:05Z');
    const chosen = await chooseBackup(stores, { name: 'shop', selector, now, reporter: said, ...choice });
    expect(chosen.others.map(({ url }) => url)).toEqual(
      stores.filter((store) => store !== chosen.store).map(({ url }) => url),
    );
    return `${chosen.manifest.id} ${chosen.store === one.store ? 'one' : 'two'}`;
  }
  const both = (): { stores: readonly Store[] } => ({ stores: [one.store, two.store] });

  describe('one store', () => {
    it.each([
      ['latest', `${D} one`],
      ['latest-verified', `${B} one`],
      [C, `${C} one`],
      ['before:2026-01-03T12:00:00Z', `${C} one`],
      // By the snapshot, not by the start that is in the id.
      ['before:2026-01-03T00:00:04Z', `${B} one`],
      ['before:2026-01-03T00:00:05Z', `${C} one`],
    ])('%s is %s', async (text, expected) => {
      for (const id of [B, D, A, C]) one.backup(id);
      one.verdict(A, 'passed').verdict(B, 'passed').verdict(C, 'failed');
      expect(await choose(text)).toBe(expected);
      expect(said.warnings).toEqual([]);
    });

    it('reads one manifest for the latest, and one for an id', async () => {
      for (const id of [A, B, C, D]) one.backup(id);
      await choose('latest');
      await choose(B);
      expect(one.read).toEqual([`shop/${D}/manifest.json`, `shop/${B}/manifest.json`]);
    });

    it('looks only at backups with the label, but finds an id whatever its label', async () => {
      one
        .backup(A, { label: 'daily' })
        .backup(B, { label: 'daily' })
        .backup(C, { label: 'weekly' })
        .backup(D);
      const daily = { label: 'daily' };
      expect(await choose('latest', daily)).toBe(`${B} one`);
      expect(await choose('before:2026-01-01T12:00Z', daily)).toBe(`${A} one`);
      expect(await choose('random:99d', { ...daily, pick: (below) => below - 1 })).toBe(`${B} one`);
      expect(await choose(C, daily)).toBe(`${C} one`);
      one.verdict(C, 'passed').verdict(A, 'passed');
      expect(await choose('latest-verified', daily)).toBe(`${A} one`);
    });

    it('picks among those of an age, each as likely as the others', async () => {
      for (const id of [A, B, C, D]) one.backup(id);
      const belows: number[] = [];
      const picked = await Promise.all(
        [0, 1, 2].map((nth) =>
          choose('random:3d', { pick: (below) => (belows.push(below), nth) }).then((text) =>
            text.slice(0, 21),
          ),
        ),
      );
      expect(belows).toEqual([3, 3, 3]);
      expect(picked).toEqual([B, C, D]);
      const drawn = new Set<string>();
      for (let draw = 0; draw < 60; draw += 1) drawn.add(await choose('random:3d'));
      // All of 60 alike: once in 10^10 runs.
      expect(drawn.size).toBeGreaterThan(1);
      expect([...drawn].every((id) => !id.startsWith(A))).toBe(true);
    });
  });

  describe('two stores', () => {
    it('take the newest of both, from the first that has it', async () => {
      one.backup(A).backup(B);
      two.backup(A).backup(B).backup(C);
      expect(await choose('latest', both())).toBe(`${C} two`);
      one.backup(C);
      expect(await choose('latest', both())).toBe(`${C} one`);
      expect(await choose('before:2026-01-02T12:00Z', both())).toBe(`${B} one`);
      rmSync(join(one.folder, 'shop', B), { recursive: true });
      expect(await choose('before:2026-01-02T12:00Z', both())).toBe(`${B} two`);
      expect(await choose(B, both())).toBe(`${B} two`);
    });

    it('take the copy that was verified', async () => {
      one.backup(A).backup(B).verdict(A, 'passed');
      two.backup(A).backup(B).verdict(B, 'passed');
      expect(await choose('latest-verified', both())).toBe(`${B} two`);
      one.verdict(B, 'passed');
      expect(await choose('latest-verified', both())).toBe(`${B} one`);
    });

    it('count a backup once that is in both', async () => {
      one.backup(A).backup(B);
      two.backup(B).backup(C);
      const belows: number[] = [];
      const pick = (below: number): number => (belows.push(below), below - 1);
      expect(await choose('random:99d', { ...both(), pick })).toBe(`${C} two`);
      expect(belows).toEqual([3]);
    });

    it.each(['latest', 'latest-verified', B, 'before:2026-01-02T12:00Z', 'random:99d'])(
      '%s is found in the one that can be read, and the other is named',
      async (text) => {
        two.backup(B).verdict(B, 'passed');
        expect(await choose(text, { stores: [closed('s3://bucket'), two.store] })).toBe(`${B} two`);
        expect(said.warnings).toEqual(['s3://bucket cannot be read. access denied']);
      },
    );

    it('fail with what the first says when none can be read, and for an id that the readable one lacks', async () => {
      const stores = [closed('s3://a'), closed('s3://b')];
      await expect(choose('latest', { stores })).rejects.toThrow('access denied');
      expect(said.warnings).toHaveLength(2);
      one.backup(A);
      await expect(choose(B, { stores: [one.store, closed('s3://b')] })).rejects.toThrow('access denied');
    });

    it('say which has nothing when the other cannot be read', async () => {
      await expect(choose('latest', { stores: [one.store, closed('s3://b')] })).rejects.toThrow(
        /There are no backups named "shop" in file:\/\/\S+pgkeep-choose-\w+\. Check/,
      );
      expect(said.warnings).toHaveLength(1);
    });
  });

  describe('a manifest that cannot be read', () => {
    it('is warned about, and the one before it is taken', async () => {
      one.backup(A).backup(B).put(`shop/${C}/manifest.json`, '{ torn').backup(D, { version: 2 });
      for (const text of ['latest', 'before:2026-02-01', 'random:99d']) {
        said.warnings.length = 0;
        expect(await choose(text, { pick: (below) => below - 1 })).toBe(`${B} one`);
        expect(said.warnings.sort()).toEqual([
          expect.stringMatching(`^shop/${C} in file://.* cannot be chosen. .* is not JSON`),
          expect.stringMatching(`^shop/${D} in file://.* cannot be chosen. .* has format 2`),
        ]);
      }
    });

    it('is told with the one that was chosen as the latest, when it is newer', async () => {
      one.put(`shop/${A}/manifest.json`, '{ torn').backup(B).put(`shop/${C}/manifest.json`, '{ torn');
      const chosen = async (selector: BackupSelector, stores = [one.store]): Promise<unknown> =>
        (await chooseBackup(stores, { name: 'shop', selector, now: new Date(), reporter: said })).passedOver;
      expect(await chosen({ kind: 'latest' })).toEqual([
        { id: C, state: 'unreadable', why: expect.stringContaining(`shop/${C} in file://`) as unknown },
      ]);
      expect(await chosen({ kind: 'id', id: B })).toBeUndefined();
      two.backup(C);
      expect(await chosen({ kind: 'latest' }, [one.store, two.store])).toBeUndefined();
    });

    it('is refused with its own message when it was chosen', async () => {
      one.backup(A).backup(B, { version: 2 }).put(`shop/${C}/manifest.json`, '{ torn');
      await expect(choose(B)).rejects.toThrow(/Use pgkeep v2 or newer/);
      await expect(choose(C)).rejects.toThrow(ManifestError);
      await expect(choose(B, both())).rejects.toThrow(/Use pgkeep v2 or newer/);
      two.backup(B);
      expect(await choose(B, both())).toBe(`${B} two`);
    });

    it('is one that was copied from another backup, or from another family', async () => {
      one.backup(A).backup(A, {}, 'other');
      one.put(`shop/${B}/manifest.json`, { version: 1, id: A, name: 'shop', database: 'shop' });
      one.backup(B, { id: A }).backup(C, { name: 'other' });
      await expect(choose(B)).rejects.toThrow(`is the manifest of another backup, shop/${A}`);
      await expect(choose(C)).rejects.toThrow(`is the manifest of another backup, other/${C}`);
      expect(await choose('latest')).toBe(`${A} one`);
      expect(said.warnings).toHaveLength(2);
    });

    it('is all that there is', async () => {
      one.put(`shop/${C}/manifest.json`, '{ torn').backup(D, { version: 2 });
      await expect(choose('latest')).rejects.toThrow(/No backup named "shop".*can be read: 2 manifests are/);
    });
  });

  describe('a newer folder without a manifest', () => {
    const unfinished = (id: string, age: string): string =>
      `^shop/${id} in file://.*, begun ${age} ago, has no manifest, so it is no backup. `;

    it.each([{}, { label: 'daily' }])('is told with the latest: %j', async (more) => {
      one.put(`shop/${A}/database.dump`, 'x').backup(B, { label: 'daily' });
      one.put(`shop/${C}/database.dump`, 'x').put(`shop/${D}/database.dump`, 'x');
      const passed = async (stores: Store[], now: string): Promise<unknown> =>
        (
          await chooseBackup(stores, {
            name: 'shop',
            selector: { kind: 'latest' },
            now: new Date(now),
            reporter: said,
            ...more,
          })
        ).passedOver?.map(({ id, state }) => `${state} ${id}`);
      expect((await passed([one.store], '2026-01-04T05:00:00Z')) as string[]).toEqual(
        expect.arrayContaining([`unfinished ${C}`, `unfinished ${D}`]),
      );
      expect(said.warnings.sort()).toEqual([
        expect.stringMatching(`${unfinished(C, '1 d 5 h')}A job that was killed left it, or `),
        expect.stringMatching(`${unfinished(D, '5 h')}It is being written at this moment, or `),
      ]);
      // Another store has the whole of it.
      said.warnings.length = 0;
      two.backup(D, { label: 'daily' });
      expect(await passed([one.store, two.store], '2026-01-05T00:00:00Z')).toBeUndefined();
      expect(said.warnings).toEqual([]);
    });

    it('is of no interest to whoever means another one', async () => {
      one.backup(B).verdict(B, 'passed').put(`shop/${D}/database.dump`, 'x');
      for (const text of ['latest-verified', 'before:2026-02-01', 'random:99d', B])
        expect(await choose(text)).toBe(`${B} one`);
      expect(said.warnings).toEqual([]);
    });

    it('says so where it is asked for', async () => {
      one.backup(B).put(`shop/${D}/database.dump`, 'x');
      await expect(choose(D)).rejects.toThrow(new RegExp(unfinished(D, '1 d')));
    });
  });

  describe('says why there is none:', () => {
    it.each<[string, (shelf: Shelf) => unknown, string, Partial<Choice>, RegExp]>([
      ['nothing at all', () => 0, 'latest', {}, /no backups named "shop" in file:.*Check the storage URL/],
      [
        'orphans',
        (shelf) => shelf.put(`shop/${A}/database.dump`, 'x'),
        'latest',
        {},
        /no backups named "shop".*, only 1 folder without a manifest/,
      ],
      [
        'another family',
        (shelf) => shelf.backup(A, {}, 'prod').backup(A, {}, 'dev'),
        'latest-verified',
        {},
        /no backups named "shop".*There are backups of dev, prod: set name/,
      ],
      [
        'an unknown id',
        (shelf) => shelf.backup(A).backup(B).backup(D),
        C,
        {},
        new RegExp(`no backup "${C}" named "shop".*Nearest in time: ${B}, ${D};`),
      ],
      [
        'an id after all others, of whatever label',
        (shelf) => shelf.backup(A, { label: 'daily' }).backup(B),
        C,
        { label: 'daily' },
        new RegExp(`Nearest in time: ${B}; `),
      ],
      [
        'all too new',
        (shelf) => shelf.backup(B).backup(C),
        'before:2026-01-01T00:00:00Z',
        {},
        new RegExp(
          `is of 2026-01-01T00:00:00Z or before. The oldest is of 2026-01-02T00:00:05.000Z \\(${B}\\)`,
        ),
      ],
      [
        'all too old',
        (shelf) => shelf.backup(A).backup(B),
        'random:36h',
        {},
        new RegExp(`is that young. The newest is ${B}, 72 h 0 min old`),
      ],
      [
        'none that passed',
        (shelf) => shelf.backup(A).backup(B).verdict(A, 'failed'),
        'latest-verified',
        {},
        new RegExp(`has passed verification. Run .pgkeep verify.*the newest is ${B}`),
      ],
      [
        'another label',
        (shelf) => shelf.backup(A, { label: 'weekly' }).backup(B, { label: 'daily' }).backup(C),
        'latest',
        { label: 'hourly' },
        /No backup named "shop".*has the label "hourly". Their labels are daily, weekly/,
      ],
      [
        'no label',
        (shelf) => shelf.backup(A),
        'before:2027-01-01',
        { label: 'hourly' },
        /No backup named .*None of them has a label/,
      ],
    ])('%s', async (_what, fill, text, more, message) => {
      fill(one);
      const failure = choose(text, more);
      await expect(failure).rejects.toThrow(UserError);
      await expect(failure).rejects.toThrow(message);
    });

    it('with the oldest of two stores', async () => {
      two.backup(B);
      one.backup(C);
      await expect(choose('before:2026-01-01', both())).rejects.toThrow(
        new RegExp(`in file:\\S+, file:\\S+ is of .*${B}`),
      );
    });
  });
});
