// What else can go wrong while a backup is staged: stores, disks, programs, time.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { CancelledError, UserError } from '../../src/base/errors.js';
import { DamagedPartError } from '../../src/restore/stage/index.js';
import { StoreError } from '../../src/storage/errors.js';
import { hasPrograms } from '../codec/bytes.js';
import { childrenLike, until } from '../support/children.js';
import { canMount } from '../support/small-disk.js';
import { Desk, failure, fingerprintFile, Shelf, tarOf, text, type Files } from './stage-rig.js';

const here = hasPrograms('staging among faults', ['zstd', 'lz4', 'gzip', 'tar']);
if (!canMount()) process.stderr.write('NOT RUN: staging on a small disk: no right to mount\n');

const DUMP = text(10_000);
const FILES: Files = { 'database.dump': DUMP, ...fingerprintFile() };

(here ? describe : describe.skip)('staging', () => {
  let desk: Desk;
  const shelves: Shelf[] = [];
  const shelf = async (...args: Parameters<typeof Shelf.of>): Promise<Shelf> => {
    const made = await Shelf.of(...args);
    writeFileSync(
      join(made.folder, 'shop', made.manifest.id, 'manifest.json'),
      JSON.stringify(made.manifest),
    );
    shelves.push(made);
    return made;
  };
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.end();
    for (const made of shelves.splice(0)) made.end();
  });

  /** A store whose dump breaks off after some bytes. */
  const breaking = (made: Shelf, error: Error): Shelf =>
    made.through((store) => ({
      get: async (key) => {
        if (!key.includes('/database.')) return store.get(key);
        return Readable.from(
          (async function* () {
            for await (const chunk of await store.get(key)) {
              yield chunk as Uint8Array;
              throw error;
            }
          })(),
        );
      },
    }));

  describe('from several stores', () => {
    it('takes the next copy where one is damaged, and names it', async () => {
      const bad = (await shelf(FILES)).damage('database.', (bytes) => bytes.subarray(1));
      const good = await shelf(FILES);
      const staged = await desk.stage([bad, good]);
      expect(readFileSync(staged.path).equals(DUMP)).toBe(true);
      expect(staged.store.url).toBe(good.store.url);
      expect(staged.others.map(({ url }) => url)).toEqual([bad.store.url]);
      expect(desk.said.warnings).toEqual([
        expect.stringMatching(
          `^The copy in ${bad.store.url} cannot be used, so another store's is tried. .* is truncated`,
        ),
      ]);
      expect(readdirSync(desk.tempDir)).toHaveLength(1);
      await staged.remove();
      desk.requireNothing();
    });

    it.each<[string, (made: Shelf) => unknown, RegExp]>([
      ['breaks off', (made) => breaking(made, new StoreError('connection lost')), /connection lost/],
      [
        'fails in a way of its own',
        (made) => breaking(made, new Error('bug')),
        /Could not read file:.*: bug/,
      ],
      ['has lost a part', (made) => made.lose('database.'), /is missing/],
      [
        'refuses',
        (made) => made.through(() => ({ get: () => Promise.reject(new StoreError('access denied')) })),
        /access denied/,
      ],
    ])('takes the next where one %s', async (_what, harm, message) => {
      const bad = await shelf(FILES);
      harm(bad);
      const staged = await desk.stage([bad, await shelf(FILES)]);
      expect(desk.said.warnings).toEqual([expect.stringMatching(message)]);
      await staged.remove();
    });

    it('passes over those that do not have it, or have another in its place', async () => {
      const bad = (await shelf(FILES)).lose('database.');
      const without = (await shelf(FILES)).lose('database.');
      execFileSync('rm', ['-r', join(without.folder, 'shop')]);
      const torn = await shelf(FILES);
      writeFileSync(join(torn.folder, 'shop', torn.manifest.id, 'manifest.json'), '{');
      const good = await shelf(FILES);
      const staged = await desk.stage([bad, without, torn, good]);
      expect(staged.store.url).toBe(good.store.url);
      expect(desk.said.warnings).toEqual([
        expect.stringContaining(`The copy in ${bad.store.url}`),
        expect.stringContaining(`The copy in ${torn.store.url}`),
      ]);
      await staged.remove();
    });

    it('fails when none is good, each told of once', async () => {
      const one = (await shelf(FILES)).lose('database.');
      const two = (await shelf(FILES)).damage('database.', () => Buffer.alloc(0));
      const error = await failure(desk.stage([one, two]));
      expect(error).toBeInstanceOf(DamagedPartError);
      expect(error.message).toMatch(/is empty/);
      expect(desk.said.warnings).toEqual([expect.stringMatching(/is missing/)]);
      desk.requireNothing();
    });

    it('stays with the first when that is what is looked into', async () => {
      const bad = (await shelf(FILES)).lose('database.');
      const error = await failure(desk.stage([bad, await shelf(FILES)], {}, { fallback: false }));
      expect(error).toBeInstanceOf(DamagedPartError);
      expect(desk.said.warnings).toEqual([]);
    });

    it('does not try another for what is no fault of the copy', async () => {
      const recipients = [await identityToRecipient(await generateIdentity())];
      const sealed = await shelf(FILES, { kind: 'age-recipients', recipients });
      const asked: string[] = [];
      const other = (await shelf(FILES, { kind: 'age-recipients', recipients })).through((store) => ({
        get: (key) => (asked.push(key), store.get(key)),
      }));
      await expect(desk.stage([sealed, other], { identities: [await generateIdentity()] })).rejects.toThrow(
        /Wrong key/,
      );
      await expect(
        desk.stage([await shelf(FILES), other], {}, { tempDir: join(desk.tempDir, 'absent') }),
      ).rejects.toThrow(/cannot be unpacked to .*absent \(ENOENT\)\. Set RUNNER_TEMP/);
      expect(asked).toEqual([]);
      expect(desk.said.warnings).toEqual([]);
    });
  });

  (canMount() ? describe : describe.skip)('on a small disk', () => {
    // Zeroes, of which compressed ones become far more than any estimate has it.
    const ZEROES = Buffer.alloc(12_000_000);
    beforeEach(() => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'pgkeep-test', desk.tempDir]);
    });
    afterEach(() => {
      execFileSync('umount', [desk.tempDir]);
    });

    it('says beforehand that there is not enough', async () => {
      const made = await shelf({ 'database.dump': ZEROES });
      made.through(() => ({ get: () => Promise.reject(new Error('was asked for')) }));
      await expect(desk.stage([made])).rejects.toThrow(
        /^Not enough disk space: backup \S+ may need 11\.4 MiB in \S+, and 4\.0 MiB are free\. Free some.*RUNNER_TEMP \(TMPDIR/,
      );
      desk.requireNothing();
    });

    it.each(['zst', 'gz', 'lz4'])('says that it filled up, and leaves nothing: %s', async (end) => {
      const made = await shelf({ [`database.sql.${end}`]: ZEROES });
      const error = await failure(desk.stage([made]));
      expect(error).toBeInstanceOf(UserError);
      expect(error).not.toBeInstanceOf(DamagedPartError);
      expect(error.message).toMatch(/^The disk filled up while the backup was unpacked to .*RUNNER_TEMP/);
      desk.requireNothing();
    });

    it('says that it filled up while tar unpacked', async () => {
      const archive = tarOf({ 'toc.dat': Buffer.from('x'), '1.dat': ZEROES });
      const error = await failure(desk.stage([await shelf({ 'database.dir.tar.zst': archive })]));
      expect(error).not.toBeInstanceOf(DamagedPartError);
      expect(error.message).toMatch(/^The disk filled up/);
      desk.requireNothing();
    });

    it('says that it filled up by something else meanwhile', async () => {
      const made = await shelf({ 'database.dump': Buffer.alloc(3_000_000) });
      const other = join(desk.tempDir, 'other');
      made.through((store) => ({
        get: (key) => {
          writeFileSync(other, Buffer.alloc(2_500_000));
          return store.get(key);
        },
      }));
      await expect(desk.stage([made])).rejects.toThrow(
        /^The disk filled up while the backup was unpacked to/,
      );
      expect(readdirSync(desk.tempDir)).toEqual(['other']);
    });
  });

  it('asks for as much as may be needed, and no more than the database has', async () => {
    const said = async (files: Files, databaseBytes: number | null): Promise<string | undefined> => {
      const before = desk.said.lines.length;
      await (await desk.stage([await shelf(files, { kind: 'none' }, { databaseBytes })])).remove();
      return /up to (.*?), and/.exec(desk.said.lines.slice(before).join('\n'))?.[1];
    };
    expect(await said({ 'database.dump': Buffer.alloc(3_145_728) }, 99_000_000)).toBe('3.0 MiB');
    const packed = { 'database.sql.gz': DUMP };
    const [ten, thousand] = [10 * 1024 * 1024, 1000 * 1024 * 1024];
    const most = await said(packed, thousand);
    expect(most).toMatch(/^[12]\.\d MiB$/);
    expect(await said(packed, null)).toBe(most);
    expect(await said({ 'database.sql.gz': text(200_000) }, ten)).toBe('10.0 MiB');
  });

  it('says which program is missing, and does not call it damage', async () => {
    const made = await shelf({ 'database.sql.gz': DUMP });
    const tools = desk.tools({ env: { PATH: desk.tempDir } });
    const error = await failure(desk.stage([made], {}, { tools }));
    expect(error).not.toBeInstanceOf(DamagedPartError);
    expect(error.message).toMatch(/database\.sql\.gz cannot be unpacked: gzip: not found. Install it/);
    const folder = await shelf({ 'database.dir.tar': tarOf({ 'toc.dat': DUMP }) });
    await expect(desk.stage([folder], {}, { tools })).rejects.toThrow(/tar: not found/);
    desk.requireNothing();
  });

  it('does not call it damage when a program is killed', async () => {
    const made = await shelf({ 'database.sql.zst': DUMP });
    const stream = new PassThrough();
    made.through(() => ({ get: () => Promise.resolve(stream) }));
    const staging = failure(desk.stage([made]));
    stream.write(made.read('database.').subarray(0, 1000));
    process.kill(await until('zstd runs', () => childrenLike(/zstd -dcq/)[0]), 'SIGKILL');
    stream.end(made.read('database.').subarray(1000));
    const error = await staging;
    expect(error).not.toBeInstanceOf(DamagedPartError);
    expect(error.message).toMatch(/was ended by SIGKILL from outside/);
    desk.requireNothing();
  });

  describe('that is cancelled', () => {
    it('before it begins', async () => {
      const error = await failure(desk.stage([await shelf(FILES)], {}, { signal: AbortSignal.abort() }));
      expect(error).toBeInstanceOf(CancelledError);
      desk.requireNothing();
    });

    it('while the store does not answer', async () => {
      const aborter = new AbortController();
      const made = await shelf(FILES);
      made.through(() => ({
        get: () => {
          setTimeout(() => aborter.abort(), 20);
          return new Promise<never>(() => undefined);
        },
      }));
      const error = await failure(desk.stage([made], {}, { signal: aborter.signal }));
      expect(error).toBeInstanceOf(CancelledError);
      desk.requireNothing();
    });

    it.each<[string, Files, RegExp | undefined]>([
      ['a file', { 'database.dump': DUMP }, undefined],
      ['through a program', { 'database.sql.zst': DUMP }, /zstd -dcq/],
      ['a folder', { 'database.dir.tar.zst': tarOf({ 'toc.dat': DUMP }) }, /tar -xf/],
    ])('in the middle of %s', async (_what, files, program) => {
      const aborter = new AbortController();
      const made = await shelf(files);
      const stream = new PassThrough();
      made.through(() => ({ get: () => Promise.resolve(stream) }));
      const staging = failure(desk.stage([made], {}, { signal: aborter.signal }));
      stream.write(made.read('database.').subarray(0, 1000));
      await until('something came', () => (desk.said.updates.length > 0 ? true : undefined));
      if (program !== undefined) await until('it runs', () => childrenLike(program)[0]);
      aborter.abort();
      expect(await staging).toBeInstanceOf(CancelledError);
      await until('the stream is given back', () => (stream.destroyed ? true : undefined));
      desk.requireNothing();
    });
  });

  it('gives the stream back when the files cannot be used', async () => {
    const made = (await shelf(FILES)).damage('database.', (bytes) => Buffer.concat([bytes, bytes, bytes]));
    const streams: Readable[] = [];
    made.through((store) => ({
      get: async (key) => {
        const stream = await store.get(key);
        streams.push(stream);
        return stream;
      },
    }));
    await failure(desk.stage([made]));
    await until('closed', () => (streams.every(({ closed }) => closed) ? true : undefined));
    expect(streams).toHaveLength(2);
    desk.requireNothing();
  });
});
