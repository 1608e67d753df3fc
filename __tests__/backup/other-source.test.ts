import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeManifest, type Manifest } from '../../src/backup/manifest.js';
import { otherSources } from '../../src/backup/other-source.js';
import { putObject } from '../../src/storage/put.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { Listener } from '../support/listener.js';

const folder = mkdtempSync(join(tmpdir(), 'pgkeep-elders-'));

describe('the newest backup of the family', () => {
  let store: Store;
  let listener: Listener;
  let count = 0;

  beforeEach(async () => {
    count += 1;
    store = await openStore(`file://${folder}/${count}`, { env: {} });
    listener = new Listener();
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const keep = async (id: string, databaseId: string | null, encryption: string): Promise<void> => {
    const manifest = {
      version: 1,
      id,
      name: 'shop',
      database: 'shop',
      startedAt: '2026-01-01T00:00:00.000Z',
      snapshotAt: '2026-01-01T00:00:00.000Z',
      source: { databaseId },
      parts: [{ file: 'database.dump', bytes: 1, sha256: '', encryption }],
    } as unknown as Manifest;
    await putObject(store, `shop/${id}/manifest.json`, encodeManifest(manifest));
  };
  const check = (databaseId: string | null, encrypted: boolean): Promise<string[]> =>
    otherSources([store], 'shop', databaseId, encrypted, listener);

  it('says nothing of an empty store, or of the same database', async () => {
    expect(await check('a', false)).toEqual([]);
    await keep('20260101T000000Z-aaaa', 'a', 'none');
    expect(await check('a', false)).toEqual([]);
    expect(await check(null, false)).toEqual([]);
    expect(listener.warnings).toEqual([]);
  });

  it('names a newest backup of another database, whatever older ones are', async () => {
    await keep('20260101T000000Z-aaaa', 'a', 'none');
    await keep('20260102T000000Z-aaaa', 'b', 'none');
    const problems = await check('a', false);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/20260102T000000Z-aaaa, is of another database/);
    expect(await check('b', false)).toEqual([]);
  });

  it('warns when the newest backup is encrypted and the new one would not be', async () => {
    await keep('20260101T000000Z-aaaa', 'a', 'age-recipients');
    expect(await check('a', true)).toEqual([]);
    expect(listener.warnings).toEqual([]);
    expect(await check('a', false)).toEqual([]);
    expect(listener.warnings).toHaveLength(1);
    expect(listener.warnings[0]).toMatch(/is encrypted and this one is not/);
  });

  it('looks past a folder without a manifest and one that cannot be read', async () => {
    await keep('20260101T000000Z-aaaa', 'b', 'none');
    await putObject(store, 'shop/20260102T000000Z-aaaa/manifest.json', Buffer.from('{"ver'));
    await putObject(store, 'shop/20260103T000000Z-aaaa/database.dump', Buffer.from('x'));
    expect(await check('a', false)).toHaveLength(1);
  });
});
