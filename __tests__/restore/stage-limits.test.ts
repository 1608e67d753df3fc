// What staging takes of this machine, and for how long it waits.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { Part } from '../../src/backup/manifest.js';
import { fetchPart } from '../../src/restore/stage/fetch.js';
import { DamagedPartError } from '../../src/restore/stage/index.js';
import { StoreError } from '../../src/storage/errors.js';
import { hasPrograms, piped } from '../codec/bytes.js';
import { until } from '../support/children.js';
import { Desk, failure, fingerprintFile, Shelf, tarOf, text, type Files } from './stage-rig.js';

const here = hasPrograms('the limits of staging', ['zstd', 'gzip', 'tar']);
if (!existsSync('/proc/self/fd')) process.stderr.write('NOT RUN: file handles of staging: no /proc\n');

const DUMP = text(10_000);
const FILES: Files = { 'database.dump': DUMP, ...fingerprintFile() };

/** Makes its store give all that it has at once: no disk that is busy lets it stall. */
const atOnce = (made: Shelf): Shelf =>
  made.through(() => ({
    get: (key) => Promise.resolve(Readable.from(piped(readFileSync(join(made.folder, key))))),
  }));

(here ? describe : describe.skip)('staging', () => {
  let desk: Desk;
  const shelves: Shelf[] = [];
  const shelf = async (...args: Parameters<typeof Shelf.of>): Promise<Shelf> => {
    const made = await Shelf.of(...args);
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

  describe('from a store that stalls gives it up', () => {
    it('where it does not answer', async () => {
      const made = await shelf(FILES);
      made.through(() => ({ get: () => new Promise<never>(() => undefined) }));
      const error = await failure(desk.stage([made], {}, { stallMs: 30 }));
      expect(error).toBeInstanceOf(StoreError);
      expect(error.message).toMatch(/^Could not read file:\S+: the store gave nothing for .*Check that/);
      desk.requireNothing();
    });

    it.each<[string, Files]>([
      ['a file', { 'database.dump': DUMP }],
      ['through a program', { 'database.sql.zst': DUMP }],
      ['a folder', { 'database.dir.tar.gz': tarOf({ 'toc.dat': DUMP }) }],
    ])('in the middle of %s', async (_what, files) => {
      const made = await shelf(files);
      const stream = new PassThrough();
      made.through(() => ({ get: () => Promise.resolve(stream) }));
      stream.write(made.read('database.').subarray(0, 1000));
      const error = await failure(desk.stage([made], {}, { stallMs: 200 }));
      expect(error).toBeInstanceOf(StoreError);
      expect(error.message).toMatch(/the store gave nothing for/);
      expect(desk.said.updates.at(-1)?.bytes).toBe(1000);
      await until('the stream is given back', () => (stream.destroyed ? true : undefined));
      desk.requireNothing();
    });

    it('and takes another', async () => {
      const [bad, good] = [await shelf(FILES), await shelf(FILES)];
      writeFileSync(
        join(good.folder, 'shop', good.manifest.id, 'manifest.json'),
        JSON.stringify(good.manifest),
      );
      bad.through(() => ({ get: () => new Promise<never>(() => undefined) }));
      atOnce(good);
      const staged = await desk.stage([bad, good], {}, { stallMs: 30 });
      expect(staged.store).toBe(good.store);
      expect(desk.said.warnings.join()).toMatch(/gave nothing for/);
      await staged.remove();
    });

    it('but not because its bytes take long to use', async () => {
      const { store, manifest } = atOnce(await shelf(FILES));
      const [part] = manifest.parts.filter(({ file }) => file === 'database.dump');
      let bytes = 0;
      await fetchPart(
        {
          ...{ store, keys: {}, keysFit: false, stallMs: 400, signal: new AbortController().signal },
          ...{ key: `shop/${manifest.id}/database.dump`, part: part as Part, onBytes: () => undefined },
        },
        async (plain) => {
          for await (const chunk of plain) {
            bytes += chunk.byteLength;
            if (bytes === chunk.byteLength) await new Promise((resolve) => setTimeout(resolve, 900));
          }
        },
      );
      expect(bytes).toBe(DUMP.length);
    });
  });

  it('takes no more memory for more bytes', async () => {
    const block = Buffer.alloc(1024 * 1024, 'not much of a dump\n');
    const blocks = 300;
    const hash = createHash('sha256');
    for (let index = 0; index < blocks; index += 1) hash.update(block);
    const made = await shelf({ 'database.dump': DUMP });
    const part = made.manifest.parts.find(({ file }) => file === 'database.dump');
    Object.assign(part ?? {}, { bytes: blocks * block.length, sha256: hash.digest('hex') });
    const before = process.memoryUsage().rss;
    let most = before;
    made.through((store) => ({
      get: (key) =>
        key.endsWith('/database.dump')
          ? Promise.resolve(
              Readable.from(
                (function* () {
                  for (let index = 0; index < blocks; index += 1) {
                    most = Math.max(most, process.memoryUsage().rss);
                    // Fresh memory, as from a network.
                    yield Buffer.from(block);
                  }
                })(),
              ),
            )
          : store.get(key),
    }));
    const staged = await desk.stage([made]);
    expect(statSync(staged.path).size).toBe(blocks * block.length);
    await staged.remove();
    expect((most - before) / 1024 / 1024).toBeLessThan(150);
  });

  (existsSync('/proc/self/fd') ? it : it.skip)('leaves no file open, however it ends', async () => {
    const handles = (): number => readdirSync('/proc/self/fd').length;
    const good = await shelf({ 'database.sql.zst': DUMP, ...fingerprintFile() });
    const folder = await shelf({ 'database.dir.tar.gz': tarOf({ 'toc.dat': DUMP }) });
    const bad = (await shelf(FILES)).damage('database.', (bytes) => bytes.subarray(0, 5000));
    const stuck = await shelf({ 'database.sql.zst': DUMP });
    stuck.damage('database.', () => Buffer.alloc(200_000, 1));
    const round = async (): Promise<void> => {
      await (await desk.stage([good])).remove();
      await (await desk.stage([folder])).remove();
      expect(await failure(desk.stage([bad]))).toBeInstanceOf(DamagedPartError);
      expect(await failure(desk.stage([stuck]))).toBeInstanceOf(DamagedPartError);
      desk.requireNothing();
    };
    await round();
    const before = handles();
    for (let times = 0; times < 5; times += 1) await round();
    // Streams are closed soon after they are destroyed.
    await until('all closed', () => (handles() <= before ? true : undefined));
  });
});
