import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentReporter } from '../../src/base/reporter.js';
import { startDump, type Dump } from '../../src/backup/dump.js';
import { planCompression } from '../../src/codec/compression.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { childrenLike, until } from '../support/children.js';
import { hasPrograms } from './bytes.js';

const NAME = "the dump's pipe in the hands of the zstd program";
const suite = hasPrograms(NAME, ['zstd', 'sh']) ? describe : describe.skip;
const onLinux = existsSync('/proc/self/fd') ? it : it.skip;
const { program } = planCompression({
  compression: { method: 'zstd' },
  format: 'custom',
  pgDumpMajor: 15,
  pgDumpMethods: new Set(),
  zstd: { path: 'zstd' },
  cpus: 2,
});

suite(NAME, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-pipe-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Dumps with a shell script in pg_dump's place. */
  function dump(script: string, compressor = program, signal = new AbortController().signal): Dump {
    const path = join(folder, 'pg_dump');
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return startDump({
      programs: { major: 15, version: '15.0', source: 'postgres-bin', path: () => path, env: {} },
      connection: parseConnection('postgres://localhost/shop', { PATH: process.env.PATH }),
      args: [],
      reporter: silentReporter,
      signal,
      ...(compressor === undefined ? {} : { compressor }),
    });
  }

  async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Waits until the producer is gone, which prints the folder's name and so has it among its arguments. */
  async function producerEnded(): Promise<void> {
    const its = new RegExp(folder);
    await until('the end of the producer', () => (childrenLike(its).length === 0 ? true : undefined));
  }

  it('compresses all of it', async () => {
    const packed = await all(dump('seq 1 300000').bytes);
    const unpacked = spawnSync('zstd', ['-dcq'], { input: packed, maxBuffer: 64e6 });
    expect(unpacked.stdout.equals(spawnSync('seq', ['1', '300000'], { maxBuffer: 64e6 }).stdout)).toBe(true);
  });

  it('is no success when the producer failed half-way, though zstd ended well', async () => {
    await expect(all(dump('seq 1 300000; echo "out of luck" >&2; exit 3').bytes)).rejects.toThrow(
      /pg_dump failed \(exit code 3\).*\nout of luck/,
    );
  });

  it('is no success when the producer was killed', async () => {
    await expect(all(dump('seq 1 1000; kill -9 $$').bytes)).rejects.toThrow(/ended by SIGKILL/);
  });

  it('is no success when the compressor dies, and the producer notices', async () => {
    const dying = { path: 'sh', args: ['-c', 'head -c 100000 | zstd -q -c; kill -9 $$'] };
    await expect(all(dump(`exec yes ${folder}`, dying).bytes)).rejects.toThrow(
      /^The compressor failed \(it was ended by SIGKILL\)/,
    );
    await producerEnded();
  });

  it('is no success without the compressor', async () => {
    await expect(
      all(dump(`exec yes ${folder}`, { path: '/nonexistent/zstd', args: [] }).bytes),
    ).rejects.toThrow(/^The compressor failed \(exit code 127\).*\n\/nonexistent\/zstd: not found/);
    await producerEnded();
  });

  it('ends both when it is cancelled', async () => {
    const controller = new AbortController();
    const { bytes } = dump(`exec yes ${folder}`, program, controller.signal);
    let seen = 0;
    const reading = (async () => {
      for await (const chunk of bytes) {
        seen += chunk.length;
        controller.abort();
      }
    })();
    await expect(reading).rejects.toHaveProperty('name', 'CancelledError');
    expect(seen).toBeGreaterThan(0);
    await producerEnded();
  });

  it('holds the producer back while nobody reads', async () => {
    // The producer says after each MiB how far it got. Incompressible, so that the output fills up as well.
    const script = `i=0; while [ $i -lt 64 ]; do head -c 1048576 /dev/urandom; i=$((i+1)); echo $i > ${folder}/count; done`;
    const count = async (): Promise<number> => Number(await readFile(join(folder, 'count'), 'utf8'));
    const { bytes } = dump(script);
    const reader = bytes[Symbol.asyncIterator]();
    await reader.next();
    await until('its first word', () => existsSync(join(folder, 'count')) || undefined);
    let before = -1;
    for (let now = await count(); now !== before; now = await count()) {
      before = now;
      await sleep(500);
    }
    // zstd's own window and job buffers take some of it, Node almost nothing.
    expect(before).toBeLessThan(60);
    let size = 0;
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      size += next.value.length;
    expect(await count()).toBe(64);
    expect(size).toBeGreaterThan(60 * 1024 * 1024);
  });

  onLinux('leaves the pipe to the compressor alone', async () => {
    const link = join(folder, 'link');
    const telling = { path: 'sh', args: ['-c', `readlink /proc/$$/fd/0 > ${link}; exec zstd -q -c`] };
    const ours: string[] = [];
    for await (const chunk of dump('seq 1 300000', telling).bytes) {
      expect(chunk.length).toBeGreaterThan(0);
      for (const fd of await readdir('/proc/self/fd'))
        ours.push(await readlink(`/proc/self/fd/${fd}`).catch(() => ''));
    }
    const theirs = readFileSync(link, 'utf8').trim();
    expect(theirs).toMatch(/^(socket|pipe):\[\d+\]$/);
    expect(ours.length).toBeGreaterThan(0);
    expect(ours).not.toContain(theirs);
  });

  it('takes no more memory for a gigabyte, however slowly it is read', async () => {
    const GIB = 1024 * 1024 * 1024;
    let size = 0;
    let most = 0;
    const before = process.memoryUsage.rss();
    // What comes out of this one is as much as goes in.
    for await (const chunk of dump(`exec head -c ${GIB} /dev/zero`, { path: 'cat', args: [] }).bytes) {
      size += chunk.length;
      await new Promise(setImmediate);
      most = Math.max(most, process.memoryUsage.rss());
    }
    expect(size).toBe(GIB);
    expect(most - before).toBeLessThan(GIB / 4);
  });
});
