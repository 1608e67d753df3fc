import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { partName, planCompression, type CompressionFacts } from '../../src/codec/compression.js';
import type { Compression } from '../../src/codec/types.js';
import { hasPrograms, noise } from './bytes.js';

type Method = Compression['method'];
const OLD = new Set<Method>(['none', 'gzip']);
const FULL = new Set<Method>(['none', 'gzip', 'lz4', 'zstd']);
const zstd = { path: '/usr/bin/zstd' };

function facts(
  compression: Compression,
  format: CompressionFacts['format'],
  pgDumpMajor: number,
  more: Partial<CompressionFacts> = {},
): CompressionFacts {
  const pgDumpMethods = pgDumpMajor >= 16 ? FULL : OLD;
  return { compression, format, pgDumpMajor, pgDumpMethods, cpus: 2, zstd, ...more };
}

describe('planCompression, where pg_dump compresses', () => {
  it.each<[Compression, CompressionFacts['format'], number, string, string]>([
    [{ method: 'zstd' }, 'custom', 16, '--compress=zstd:3', ''],
    [{ method: 'zstd', level: 19 }, 'custom', 18, '--compress=zstd:19', ''],
    [{ method: 'zstd', level: 5 }, 'directory', 17, '--compress=zstd:5', ''],
    [{ method: 'zstd' }, 'plain', 16, '--compress=zstd:3', '.zst'],
    [{ method: 'gzip' }, 'custom', 13, '--compress=6', ''],
    [{ method: 'gzip', level: 9 }, 'directory', 15, '--compress=9', ''],
    [{ method: 'gzip', level: 1 }, 'custom', 18, '--compress=1', ''],
    [{ method: 'gzip' }, 'plain', 13, '--compress=6', '.gz'],
    [{ method: 'gzip' }, 'plain', 18, '--compress=6', '.gz'],
    [{ method: 'lz4' }, 'custom', 16, '--compress=lz4', ''],
    [{ method: 'lz4' }, 'directory', 18, '--compress=lz4', ''],
    [{ method: 'lz4', level: 12 }, 'plain', 17, '--compress=lz4:12', '.lz4'],
    [{ method: 'none' }, 'custom', 13, '--compress=0', ''],
    [{ method: 'none' }, 'directory', 18, '--compress=0', ''],
    [{ method: 'none' }, 'plain', 18, '--compress=0', ''],
  ])('%j, %s, pg_dump %i: %s, suffix %j', (compression, format, major, arg, suffix) => {
    expect(planCompression(facts(compression, format, major))).toEqual({
      pgDumpArgs: [arg],
      suffix,
      method: compression.method,
    });
  });
});

describe('planCompression, where pg_dump cannot use zstd', () => {
  it.each<[CompressionFacts['format'], number, Partial<CompressionFacts>, string[]]>([
    ['custom', 13, {}, ['-3', '-T1']],
    ['plain', 14, {}, ['-3', '-T1']],
    ['directory', 15, { cpus: 1 }, ['-3', '-T1']],
    ['custom', 15, { cpus: 4 }, ['-3', '-T3']],
    ['custom', 15, { cpus: 64 }, ['-3', '-T4']],
    ['custom', 15, { cpus: 0 }, ['-3', '-T1']],
    ['custom', 15, { compression: { method: 'zstd', level: 19 } }, ['-19', '-T1']],
    // A build without it.
    ['custom', 17, { pgDumpMethods: OLD }, ['-3', '-T1']],
    // Below 16 whatever is said of it: pg_dump 13 would take the argument and compress nothing.
    ['custom', 13, { pgDumpMethods: FULL }, ['-3', '-T1']],
  ])('%s, pg_dump %i, %o: the program with %j', (format, major, more, grade) => {
    const plan = planCompression(facts({ method: 'zstd' }, format, major, more));
    expect(plan).toEqual({
      pgDumpArgs: ['--compress=0'],
      program: { path: '/usr/bin/zstd', args: ['-q', '-c', '--check', ...grade] },
      suffix: '.zst',
      method: 'zstd',
    });
  });

  it('hands on what the program needs in its environment', () => {
    const env = { LD_LIBRARY_PATH: '/tools/lib' };
    const plan = planCompression(facts({ method: 'zstd' }, 'custom', 15, { zstd: { ...zstd, env } }));
    expect(plan.program?.env).toEqual(env);
  });

  it.each<[CompressionFacts['format'], string]>([
    ['custom', ''],
    ['directory', ''],
    ['plain', '.gz'],
  ])('without the program, %s falls back to gzip and says so', (format, suffix) => {
    const { zstd: absent, ...without } = facts({ method: 'zstd', level: 19 }, format, 15);
    expect(absent).toBeDefined();
    const plan = planCompression(without);
    expect(plan).toMatchObject({ pgDumpArgs: ['--compress=6'], suffix, method: 'gzip' });
    expect(plan.program).toBeUndefined();
    expect(plan.note).toMatch(/pg_dump 15 .*zstd.*gzip/);
  });

  it.each<[number, ReadonlySet<Method>]>([
    [15, OLD],
    [13, FULL],
    [17, OLD],
  ])('refuses lz4 with pg_dump %i that has it not', (major, pgDumpMethods) => {
    expect(() => planCompression(facts({ method: 'lz4' }, 'custom', major, { pgDumpMethods }))).toThrow(
      new RegExp(`lz4 needs a pg_dump 16 or newer.*pg_dump ${major}.*zstd, gzip or none`),
    );
  });
});

const programs = hasPrograms('the zstd program as planned', ['zstd']) ? describe : describe.skip;

programs('the zstd program as planned', () => {
  it.each([1, 2, 64])('with %i processors writes one checksummed frame that zstd opens', async (cpus) => {
    const { program } = planCompression(facts({ method: 'zstd' }, 'custom', 15, { cpus }));
    const folder = await mkdtemp(join(tmpdir(), 'pgkeep-codec-'));
    try {
      const text = Buffer.from(`${noise(50).toString('hex')}\t\\N\tpaid\n`.repeat(60_000));
      const packed = spawnSync('zstd', [...(program?.args ?? [])], { input: text, maxBuffer: 64e6 });
      expect([packed.status, packed.stderr.toString()]).toEqual([0, '']);
      const file = join(folder, 'a.zst');
      await writeFile(file, packed.stdout);
      const listed = spawnSync('zstd', ['-lv', file]).stdout.toString();
      expect(listed).toMatch(/# Zstandard Frames: 1\n/);
      expect(listed).toMatch(/Check: XXH64/);
      expect(spawnSync('zstd', ['-dq', file, '-o', join(folder, 'a')]).status).toBe(0);
      expect((await readFile(join(folder, 'a'))).equals(text)).toBe(true);
      // What the read-back of a compressed archive relies on.
      expect(spawnSync('zstd', ['-dcq'], { input: packed.stdout.subarray(0, -1) }).status).not.toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('partName', () => {
  it.each([
    ['database.dump', true, 'database.dump.age'],
    ['database.dump.zst', true, 'database.dump.zst.age'],
    ['globals.sql', false, 'globals.sql'],
  ])('of %s, encrypted: %s, is %s', (base, encrypted, expected) => {
    expect(partName(base, { encrypted })).toBe(expected);
  });
});
