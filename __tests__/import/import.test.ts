import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readInventory } from '../../src/backup/inventory.js';
import { readHistory } from '../../src/backup/history.js';
import type { Manifest } from '../../src/backup/manifest.js';
import type { FileResult } from '../../src/import/types.js';
import { readInputs } from '../../src/inputs/read.js';
import { redReasons, runPrune } from '../../src/retention/run.js';
import { FileStore } from '../../src/storage/file/store.js';
import { reportText } from '../../src/verify/report-text.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { missingPrograms } from '../support/clients.js';
import { dumpBy, importing, manifestOf, rowsOf } from '../support/import-rig.js';
import { newestMajors } from '../support/majors.js';
import { restoring } from '../support/restore-rig.js';
import { verify } from '../support/verify-rig.js';

const absent = missingPrograms(['age', 'zstd', 'lz4', 'gzip', 'tar', 'openssl']);
const why = rigMissing ?? (absent.length > 0 ? `missing: ${absent.join(', ')}` : undefined);
if (why !== undefined) process.stderr.write(`NOT RUN: import: ${why}\n`);

const SECRET = 'correct horse';

/** How scripts make dumps: the file's name and what they run. */
const DUMPS: Record<string, [string, string]> = {
  'a custom archive': ['shop.dump', '"$PG_DUMP" -Fc -d "$URL" > "$OUT"'],
  'a custom archive that is called .sql.gz': [
    'db_backup_20250105_020000.sql.gz',
    '"$PG_DUMP" --format=custom --compress=9 -d "$URL" --file="$OUT"',
  ],
  'a custom archive in gzip': ['late.backup.gz', '"$PG_DUMP" -Fc -Z0 -d "$URL" | gzip > "$OUT"'],
  'a tar archive': ['shop.tar', '"$PG_DUMP" -Ft -d "$URL" > "$OUT"'],
  'a tar archive in gzip': ['shop.tar.gz', '"$PG_DUMP" -Ft -d "$URL" | gzip > "$OUT"'],
  'a folder': ['folder', '"$PG_DUMP" -Fd -j2 -d "$URL" -f "$OUT"'],
  'a folder that tar packed': [
    'packed.tar.zst',
    '"$PG_DUMP" -Fd -d "$URL" -f inner && tar -cf - inner | zstd -q > "$OUT"; rm -r inner',
  ],
  'a script': ['backup_20250131_020000.sql', '"$PG_DUMP" "$URL" > "$OUT"'],
  'a script in gzip': ['backup_20250201_020000.sql.gz', '"$PG_DUMP" "$URL" | gzip > "$OUT"'],
  'a script in zstd': ['2025-02-02T02-00-00-000Z.sql.zst', '"$PG_DUMP" "$URL" | zstd -q > "$OUT"'],
  'a script in lz4': ['20250203.sql.lz4', '"$PG_DUMP" "$URL" | lz4 -q > "$OUT"'],
  'a script with --clean and --create': [
    'backup_20250204_020000.sql',
    '"$PG_DUMP" --clean --create "$URL" > "$OUT"',
  ],
  'a script with --inserts': ['backup_20250205_020000.sql', '"$PG_DUMP" --inserts "$URL" > "$OUT"'],
  'openssl with PBKDF2': [
    'backup_20250206.sql.gz.enc',
    '"$PG_DUMP" "$URL" | gzip | openssl enc -aes-256-cbc -salt -pbkdf2 -pass env:SECRET -out "$OUT"',
  ],
  'openssl without PBKDF2': [
    'backup_20250207.sql.gz.enc',
    '"$PG_DUMP" "$URL" | gzip | openssl enc -aes-256-cbc -salt -pass env:SECRET -out "$OUT" 2> /dev/null',
  ],
  'an old openssl': [
    'backup_20250208.dump.enc',
    '"$PG_DUMP" -Fc "$URL" | openssl enc -aes-256-cbc -md md5 -pass env:SECRET -out "$OUT" 2> /dev/null',
  ],
  age: ['backup_20250209.sql.gz.age', '"$PG_DUMP" "$URL" | gzip | age -r "$RECIPIENT" > "$OUT"'],
};

/** The others are stored byte by byte, or differ from one of these in what is taken away from around them alone. */
const RESTORED = [
  'a custom archive in gzip',
  'a tar archive',
  'a folder that tar packed',
  'a script',
  'a script in lz4',
  'a script with --clean and --create',
  'a script with --inserts',
  'an old openssl',
  'age',
];

(why === undefined ? describe : describe.skip).each(newestMajors())('import from PostgreSQL %i', (major) => {
  let rig: Rig;
  let source: Record<string, string>;
  let identity: string;
  let recipient: string;
  const files: Record<string, string> = {};
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    rig = await Rig.start(major);
    await (await rig.shop('shop')).close();
    source = await rowsOf(rig, 'shop');
    identity = await generateIdentity();
    recipient = await identityToRecipient(identity);
    Object.assign(keys, { identity, 'source-passphrase': SECRET });
    for (const [what, [name, script]] of Object.entries(DUMPS))
      files[what] = await dumpBy(rig, 'shop', name, script, {
        SECRET,
        RECIPIENT: recipient,
      });
  });

  afterAll(() => rig.stop());

  const imported = async (
    what: string,
    inputs: Record<string, string> = {},
  ): Promise<{ result: FileResult; folder: string; url: string; warnings: string[] }> => {
    const { folder, url } = rig.storage();
    const { results, error, said } = await importing(rig.folder, [files[what] ?? ''], {
      storage: url,
      name: 'old',
      ...keys,
      ...inputs,
    });
    if (error !== undefined) throw error as Error;
    const [result] = results;
    if (result?.outcome !== 'imported') throw new Error(result?.why ?? said.text);
    return { result, folder, url, warnings: said.warnings };
  };

  const encrypted = (what: string): Record<string, string> =>
    what.includes('openssl') ? { recipients: recipient } : {};

  it.each(Object.keys(DUMPS))('takes %s', async (what) => {
    const { result, folder, url } = await imported(what, encrypted(what));
    const manifest = manifestOf(folder, result);
    const file = files[what] ?? '';
    expect(manifest.server).toMatchObject({
      version: expect.stringMatching(`^${major}\\.`),
      encoding: 'UTF8',
    });
    expect(manifest.source).toMatchObject({ databaseId: null, imported: { file: file.split('/').at(-1) } });
    expect([manifest.totals, manifest.options['fingerprint'], manifest.options['content']]).toEqual([
      null,
      'none',
      'all',
    ]);
    expect(manifest.id.slice(0, 16)).toBe(result.takenAt?.replaceAll(/[-:]|\.000/g, '').replace(/\.\d+/, ''));
    if (!what.startsWith('a folder')) {
      const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
      expect(manifest.source.imported?.sha256).toBe(sha256);
      // Stored byte by byte, but for what cannot be.
      const [part] = manifest.parts;
      if (!what.includes('tar') && !what.includes('openssl')) expect(part?.sha256).toBe(sha256);
    }
    if (RESTORED.includes(what)) await restores(what, url, manifest);
  });

  async function restores(what: string, url: string, manifest: Manifest): Promise<void> {
    const target = `restored_${Object.keys(DUMPS).indexOf(what)}`;
    const restored = await restoring(rig, {
      'database-url': rig.server.url(target),
      storage: url,
      ...(manifest.parts[0]?.encryption === 'none' ? {} : { identity }),
    });
    if (restored.error !== undefined) throw restored.error as Error;
    expect(await rowsOf(rig, target)).toEqual(source);
    // What `--clean` would have dropped is still there.
    expect(await rowsOf(rig, 'shop')).toEqual(source);
  }

  it.each(['a custom archive', 'a tar archive', 'a script in gzip'])(
    'verifies %s, and claims no more than that it restores',
    async (what) => {
      const { result, url } = await imported(what);
      const { result: verified, error } = await verify(major, { storage: url });
      if (error !== undefined) throw error as Error;
      const report = verified?.report;
      expect(report?.findings.filter(({ verdict }) => verdict === 'different')).toEqual([]);
      expect([report?.verdict, report?.control.outcome]).toEqual(['passed', 'not applicable']);
      const text = reportText(report as NonNullable<typeof report>, { paint: (line) => line, width: 200 });
      expect(text).toMatch(
        new RegExp(
          `^PASSED old/${result.id} restores without an error; what it should hold was not recorded`,
        ),
      );
      expect(text).not.toContain('equals what was backed up');
      expect(report?.findings).toContainEqual(
        expect.objectContaining({ kind: 'table', name: 'all', verdict: 'not measured' }),
      );
      const locale = what.includes('gzip') ? 'not measured' : 'equal';
      expect(report?.findings).toContainEqual(
        expect.objectContaining({ kind: 'collation', name: 'locale', verdict: locale }),
      );
      // What was measured is stored, and chosen by.
      const failed = await verify(major, {
        storage: url,
        backup: 'latest-verified',
        'expect-tables': 'app.nothing',
      });
      expect(failed.result?.report).toMatchObject({ verdict: 'failed', backupId: result.id });
    },
  );

  it('lists, restores and prunes old dumps among newer backups, each by its own time', async () => {
    const { folder, url } = rig.storage();
    const names = ['a script', 'a script in gzip', 'a script in zstd', 'a custom archive'];
    const inputs = { storage: url, name: 'shop', label: 'daily' };
    const { results } = await importing(
      rig.folder,
      names.map((what) => files[what] ?? ''),
      inputs,
    );
    const [script, gzip, zstd, custom] = results.map(({ id }) => id);
    expect(results.map(({ takenFrom, why }) => why ?? takenFrom)).toEqual([
      'file name',
      'file name',
      'file name',
      'archive',
    ]);
    const made = await rig.backup({ ...inputs, 'database-url': rig.server.url('shop') });
    const store = new FileStore(url, folder);
    const ids = async (): Promise<string[]> =>
      (await readInventory(store, 'shop')).entries.map(({ manifest }) => manifest.id);
    const own = made.result?.results[0]?.manifest.id;
    expect([made.error, await ids()]).toEqual([undefined, [script, gzip, zstd, custom, own]]);
    const all: Record<string, string> = { storage: url, 'keep-weekly': '2', label: 'daily' };
    const pruned = await runPrune({
      inputs: readInputs('prune', (name) => all[name]),
      ...{ env: {}, run: {}, reporter: made.said, signal: new AbortController().signal },
    });
    expect(redReasons(pruned)).toEqual([]);
    // The newest of this week, and the newest of the last week before it that has one.
    expect(await ids()).toEqual([zstd, own]);
    const { records } = await readHistory(store, 'shop');
    expect(records.filter(({ action }) => action === 'import').map(({ backup }) => backup)).toEqual(
      expect.arrayContaining([script, gzip, zstd, custom]),
    );
  });

  it('knows the same file again, in each of several storages, however it is stored', async () => {
    const [one, other] = [rig.storage(), rig.storage()];
    const file = [files['a script in gzip'] ?? ''];
    const into = (storage: string): ReturnType<typeof importing> =>
      importing(rig.folder, file, { storage, name: 'shop', recipients: recipient });
    const planned = await importing(rig.folder, [...file, ...file], {
      ...{ storage: one.url, name: 'shop', 'dry-run': 'true' },
    });
    expect(planned.results.map(({ outcome, id }) => [outcome, id])).toEqual([
      ['planned', null],
      ['present', null],
    ]);
    const first = await into(one.url);
    const again = await into(one.url);
    const both = await into(`${one.url}\n${other.url}`);
    const id = first.results[0]?.id;
    expect([first, again, both].map(({ results: [result] }) => [result?.outcome, result?.id])).toEqual([
      ['imported', id],
      ['present', id],
      ['imported', id],
    ]);
    expect(both.results[0]?.locations).toEqual([`${other.url}/shop/${id}/manifest.json`]);
    // A copy of the stored file is the same dump as well.
    const stored = await importing(rig.folder, [one.folder], { storage: one.url, name: 'shop', identity });
    expect(stored.results.map(({ outcome }) => outcome)).toEqual([
      'skipped',
      'present',
      'skipped',
      'skipped',
    ]);
  });
});
