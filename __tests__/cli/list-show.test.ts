import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeManifest } from '../../src/backup/manifest.js';
import type { CommandContext } from '../../src/cli/commands/context.js';
import { listCommand } from '../../src/cli/commands/list.js';
import { showCommand } from '../../src/cli/commands/show.js';
import { putObject } from '../../src/storage/put.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { manifestOf, putBackup } from '../support/family.js';
import { Listener } from '../support/listener.js';

const A = '20260101T000000Z-aaaa';
const B = '20260102T000000Z-aaaa';

describe('list and show', () => {
  let folder: string;
  let store: Store;
  let said: Listener;
  let printed: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-list-'));
    store = await openStore(`file://${folder}`, { env: {} });
    said = new Listener();
    printed = '';
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const context = (): CommandContext => ({
    env: {},
    reporter: said,
    signal: new AbortController().signal,
    width: undefined,
    paint: (text) => text,
    print: (text) => (printed += text),
  });
  const list = (json = false): Promise<void> =>
    listCommand(
      { storage: [store.url], name: undefined, label: undefined, githubToken: undefined },
      json,
      context(),
    );

  it('lists backups, and warns of folders without a manifest: those that are newest by name', async () => {
    await putBackup(store, { id: A });
    await putBackup(store, { id: B });
    for (const month of ['03', '04', '05', '06', '07'])
      await putObject(store, `shop/2026${month}01T000000Z-aaaa/database.dump`, Buffer.from('x'));
    await list();
    expect(
      printed
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0]),
    ).toEqual([A, B]);
    expect(said.warnings).toEqual([
      ...['07', '06', '05'].map(
        (month) =>
          expect.stringMatching(`^shop/2026${month}01T000000Z-aaaa in file:.* has no manifest`) as unknown,
      ),
      `2 older folders of shop in ${store.url} without a manifest, too.`,
    ]);
    printed = '';
    await list(true);
    expect((JSON.parse(printed) as { id: string }[]).map(({ id }) => id)).toEqual([A, B]);
  });

  it('fails where a manifest cannot be read, having listed the others', async () => {
    await putBackup(store, { id: A });
    await putObject(store, `shop/${B}/manifest.json`, Buffer.from('{ torn'));
    await expect(list()).rejects.toThrow('1 of the manifests could not be read');
    expect(printed).toContain(A);
    expect(said.warnings).toEqual([expect.stringContaining('is not JSON')]);
  });

  it('shows where an imported backup is from', async () => {
    const manifest = manifestOf({ id: A });
    manifest.server = { ...manifest.server, collate: null, ctype: null };
    manifest.source.imported = {
      file: 'old_20260101.sql.gz',
      bytes: 4,
      sha256: 'abc',
      takenFrom: 'file name',
      at: '2026-02-01T10:00:00.000Z',
    };
    await putObject(store, `shop/${A}/manifest.json`, encodeManifest(manifest));
    await showCommand(A, { storage: [store.url], name: undefined, githubToken: undefined }, false, context());
    expect(printed).toMatch(
      /^Imported +from old_20260101\.sql\.gz on 2026-02-01 10:00 UTC; its time is by the name of the file; SHA-256 abc$/m,
    );
    expect(printed).toMatch(/^Server +PostgreSQL 17\.7, UTF8, locale not known$/m);
  });

  it('shows a backup from the first storage that has it, and names what is near one that none has', async () => {
    await putBackup(store, { id: A });
    const storage = [`file://${folder}/empty`, store.url];
    await showCommand(A, { storage, name: undefined, githubToken: undefined }, false, context());
    expect(printed).toMatch(new RegExp(`^Backup +${A}\nName +shop\n[^]*\nWhere +${store.url}/shop/${A}\n`));
    await expect(
      showCommand(B, { storage, name: undefined, githubToken: undefined }, false, context()),
    ).rejects.toThrow(
      `There is no backup "${B}" named "shop" in ${storage.join(', ')}. Nearest in time: ${A};`,
    );
  });
});
