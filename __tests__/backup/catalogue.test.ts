import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  chooseFamily,
  listBackups,
  listFamilies,
  newestBackup,
  onlyFamily,
  readBackup,
} from '../../src/backup/catalogue.js';
import { familiesMeant, safetyFamily } from '../../src/backup/safety-family.js';
import { ManifestError } from '../../src/backup/manifest.js';
import { otherSources } from '../../src/backup/other-source.js';
import { StoreError } from '../../src/storage/errors.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { FaultyStore } from '../support/faulty-store.js';
import { Listener } from '../support/listener.js';

describe('the catalogue', () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-catalogue-'));
    store = await openStore(`file://${folder}`, { env: {} });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function put(key: string, text: string): void {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), text);
  }

  function backup(id: string, more: Record<string, unknown> = {}, name = 'shop'): void {
    const snapshotAt = more['snapshotAt'] ?? id;
    const manifest = {
      version: 1,
      id,
      name,
      database: 'shop',
      startedAt: id,
      parts: [],
      source: {},
      ...more,
    };
    put(`${name}/${id}/manifest.json`, JSON.stringify({ ...manifest, snapshotAt }));
  }

  const A = '20260101T000000Z-aaaa';
  const B = '20260102T000000Z-aaaa';
  const C = '20260103T000000Z-aaaa';

  it('lists backups by their snapshots and ignores what is none', async () => {
    backup(B, { label: 'daily' });
    backup(A, { label: 'weekly' });
    backup(C, { snapshotAt: '20260101T120000Z' });
    put(`shop/20260104T000000Z-aaaa/database.dump`, 'an orphan');
    put('shop/_log/20260104T000000Z-1.json', '{}');
    put('shop/manifest.json', 'not a backup');
    put(`shop/other/manifest.json`, 'not an id');
    put(`shop/${A}/deeper/manifest.json`, 'not at its place');
    const { backups, unreadable, unfinished } = await listBackups(store, 'shop');
    expect(backups.map(({ id }) => id)).toEqual([A, C, B]);
    expect(unreadable).toEqual([]);
    expect(unfinished).toEqual(['20260104T000000Z-aaaa']);
    expect((await listBackups(store, 'shop', 'daily')).backups.map(({ id }) => id)).toEqual([B]);
  });

  it('asks for the names of the folders, and once for each manifest', async () => {
    backup(B);
    for (const id of [A, C]) {
      put(`shop/${id}/database.dump`, 'x');
      put(`shop/${id}/fingerprint.json`, 'x');
      put(`shop/${id}/deeper/manifest.json`, 'not at its place');
    }
    const asked: string[] = [];
    const counting = Object.assign(Object.create(store) as Store, {
      get: (key: string) => (asked.push(`get ${key}`), store.get(key)),
      list: (prefix: string) => (asked.push(`list ${prefix}`), store.list(prefix)),
      folders: (prefix: string) => (asked.push(`folders ${prefix}`), store.folders(prefix)),
      stat: (key: string) => (asked.push(`stat ${key}`), store.stat(key)),
    });
    const { backups, unfinished } = await listBackups(counting, 'shop', 'daily');
    expect([backups, unfinished]).toEqual([[], [A, C]]);
    expect(asked).toEqual(['folders shop/', ...[A, B, C].sort().map((id) => `get shop/${id}/manifest.json`)]);

    const passed: string[] = [];
    const newest = await newestBackup(store, 'shop', {
      unreadable: (id) => passed.push(`unreadable ${id}`),
      unfinished: (id) => passed.push(`unfinished ${id}`),
    });
    expect([newest?.id, passed]).toEqual([B, [`unfinished ${C}`]]);
  });

  it('names manifests that cannot be read, and goes on', async () => {
    backup(A);
    backup(B, { version: 2 });
    put(`shop/${C}/manifest.json`, '{ torn');
    const { backups, unreadable } = await listBackups(store, 'shop');
    expect(backups.map(({ id }) => id)).toEqual([A]);
    expect(unreadable.map(({ id }) => id).sort()).toEqual([B, C]);
    expect((await newestBackup(store, 'shop'))?.id).toBe(A);
    await expect(readBackup(store, 'shop', B)).rejects.toThrow(ManifestError);
    expect(await readBackup(store, 'shop', '20260109T000000Z-aaaa')).toBeUndefined();
    await expect(readBackup(store, 'shop', '../x')).rejects.toThrow(/is not the id of a backup/);
  });

  it('knows the newest of several that began in one second by its snapshot', async () => {
    backup(A);
    backup('20260103T000000Z-zzzz', { snapshotAt: '2026-01-03T00:00:01Z' });
    backup(C, { snapshotAt: '2026-01-03T00:00:02Z' });
    expect((await newestBackup(store, 'shop'))?.id).toBe(C);
    expect(await newestBackup(store, 'nothing')).toBeUndefined();
  });

  it('takes the only family there is, and asks where there are several', async () => {
    await expect(chooseFamily(store, undefined)).rejects.toThrow(/no backups/);
    backup(A);
    expect(await chooseFamily(store, undefined)).toBe('shop');
    backup(A, {}, 'other');
    expect(await listFamilies(store)).toEqual(['other', 'shop']);
    await expect(chooseFamily(store, undefined)).rejects.toThrow(/other, shop/);
    expect(await chooseFamily(store, 'shop')).toBe('shop');
  });

  it('does not take safety backups for what is meant, where there are others', async () => {
    backup(A, {}, 'shop-safety-326d5b');
    expect(await chooseFamily(store, undefined)).toBe('shop-safety-326d5b');
    backup(A);
    expect(await chooseFamily(store, undefined)).toBe('shop');
    expect(await onlyFamily([store])).toBe('shop');
  });

  it.each([
    ['shop', 'abcdef0123', 'shop-safety-abcdef'],
    ['shop', null, 'shop-safety'],
    ['x'.repeat(63), 'abcdef0123', `${'x'.repeat(50)}-safety-abcdef`],
    ['Größe', 'abcdef0123', 'Gr--e-'],
  ])('the safety backups of %s, %s are called %s', (database, databaseId, name) => {
    const family = safetyFamily(database, databaseId);
    expect(family.startsWith(name)).toBe(true);
    expect(family.length).toBeLessThanOrEqual(64);
    expect(familiesMeant(['other', family])).toEqual(['other']);
  });

  it('takes the only family of several storages, of which some may say nothing', async () => {
    const other = mkdtempSync(join(tmpdir(), 'pgkeep-catalogue-'));
    try {
      const second = await openStore(`file://${other}`, { env: {} });
      const broken = Object.assign(new FaultyStore('fake://b'), {
        folders: () => Promise.reject(new StoreError('listing is forbidden')),
      });
      await expect(onlyFamily([second, store])).rejects.toThrow(/no backups in file:\S+, file:/);
      await expect(onlyFamily([second, broken])).rejects.toThrow('listing is forbidden');
      backup(A);
      expect(await onlyFamily([broken, second, store])).toBe('shop');
      mkdirSync(join(other, 'shop', A), { recursive: true });
      writeFileSync(join(other, 'shop', A, 'manifest.json'), '{}');
      expect(await onlyFamily([store, second])).toBe('shop');
      // One of them alone would not have been asked about.
      backup(A, {}, 'other');
      await expect(onlyFamily([second, store])).rejects.toThrow(/holds backups of 2 names.*: other, shop/);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('holds once what all manifests say alike', async () => {
    backup(A);
    backup(B, { databaseBytes: 7 });
    const { backups } = await listBackups(store, 'shop');
    expect(backups.map(({ id }) => id)).toEqual([A, B]);
    expect(backups[0]?.server).toBe(backups[1]?.server);
    expect(backups[0]?.options).toBe(backups[1]?.options);
    expect(backups.map(({ databaseBytes }) => databaseBytes === 7)).toEqual([false, true]);
  });

  it('takes nothing else in the storage for a family', async () => {
    backup(A);
    put('logs/2026/access.log', 'not ours');
    put('_probe/20260104T000000Z-aaaa/x', 'a probe');
    put(`${'x'.repeat(65)}/${A}/manifest.json`, 'too long a name');
    put('failed/_log/20260104T000000Z-1.json', '{}');
    expect(await chooseFamily(store, undefined)).toBe('shop');
    for (let n = 10; n < 50; n += 1) backup(A, {}, `db${n}`);
    const families = await listFamilies(store);
    expect(families).toHaveLength(41);
    expect(families).toEqual([...families].sort());
  });

  it('tells when the newest backup is of another database, or when it cannot tell', async () => {
    const said = new Listener();
    backup(A, { source: { databaseId: 'x' } });
    expect(await otherSources([store], 'shop', 'x', true, said)).toEqual([]);
    expect(await otherSources([store], 'shop', null, true, said)).toEqual([]);
    expect(await otherSources([store], 'shop', 'y', true, said)).toEqual([
      expect.stringContaining(`${A}, is of another database`),
    ]);
    expect(said.warnings).toEqual([]);
    const broken = Object.assign(new FaultyStore('fake://b'), {
      folders: () => Promise.reject(new Error('listing is forbidden')),
    });
    expect(await otherSources([broken, store], 'shop', 'y', true, said)).toHaveLength(1);
    expect(said.warnings).toEqual([expect.stringContaining('does not tell what its newest backup is')]);
  });
});
