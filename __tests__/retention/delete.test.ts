import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '../../src/backup/history.js';
import { silentReporter } from '../../src/base/reporter.js';
import { readInputs } from '../../src/inputs/read.js';
import { deleteBackup, type Deleted } from '../../src/retention/delete.js';
import { FileStore } from '../../src/storage/file/store.js';
import { keysOf, putBackup } from '../support/family.js';

const root = mkdtempSync(join(tmpdir(), 'pgkeep-delete-'));
const [OLD, VERIFIED, MIDDLE, NEWEST] = [1, 2, 3, 4].map((day) => `2026010${day}T000000Z-aaaa`) as [
  string,
  string,
  string,
  string,
];

describe('delete', () => {
  let store: FileStore;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(root, 'store-'));
    store = new FileStore(`file://${folder}`, folder);
    for (const id of [OLD, VERIFIED, MIDDLE, NEWEST])
      await putBackup(store, { id, ...(id === VERIFIED ? { verdict: 'passed' as const } : {}) });
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const remove = (id: string, inputs: Record<string, string> = {}): Promise<Deleted[]> => {
    const all: Record<string, string> = { storage: store.url, ...inputs };
    return deleteBackup({
      id,
      inputs: readInputs('delete', (name) => all[name]),
      env: {},
      run: {},
      reporter: silentReporter,
      signal: new AbortController().signal,
    });
  };
  const ids = async (): Promise<string[]> => [
    ...new Set((await keysOf(store, 'shop/2')).map((key) => key.split('/')[1] ?? '')),
  ];

  it('removes one backup whole, and leaves a record', async () => {
    expect(await remove(MIDDLE)).toEqual([{ storage: store.url, name: 'shop', bytes: expect.any(Number) }]);
    expect(await ids()).toEqual([OLD, VERIFIED, NEWEST]);
    const { records } = await readHistory(store, 'shop');
    expect(records).toMatchObject([{ action: 'delete', outcome: 'success', backup: MIDDLE }]);
  });

  it.each([
    ['the newest backup', NEWEST],
    ['the newest backup that was verified', VERIFIED],
  ])('removes %s only when its id is typed twice', async (reason, id) => {
    await expect(remove(id)).rejects.toThrow(`is ${reason}, so nothing was deleted`);
    await expect(remove(id, { confirm: OLD })).rejects.toThrow(`give --confirm=${id}`);
    expect(await ids()).toHaveLength(4);
    await remove(id, { confirm: id });
    expect(await ids()).not.toContain(id);
  });

  it('removes what cannot be read, or is no whole backup, only when that is confirmed', async () => {
    writeFileSync(join(folder, 'shop', OLD, 'manifest.json'), '{');
    await expect(remove(OLD)).rejects.toThrow(/manifest cannot be read/);
    rmSync(join(folder, 'shop', OLD, 'manifest.json'));
    await expect(remove(OLD)).rejects.toThrow(/no backup yet/);
    await remove(OLD, { confirm: OLD });
    expect(await ids()).not.toContain(OLD);
  });

  it('asks all stores before it removes from any', async () => {
    const second = mkdtempSync(join(root, 'second-'));
    await putBackup(new FileStore(`file://${second}`, second), { id: MIDDLE });
    const both = { storage: `${store.url}\nfile://${second}` };
    await expect(remove(MIDDLE, both)).rejects.toThrow(/is the newest backup/);
    expect(await ids()).toContain(MIDDLE);
    expect(await remove(MIDDLE, { ...both, confirm: MIDDLE })).toHaveLength(2);
  });

  it('says that there is none', async () => {
    await expect(remove('20250101T000000Z-aaaa')).rejects.toThrow(
      /There is no backup "20250101T000000Z-aaaa"/,
    );
  });
});
