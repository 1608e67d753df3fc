import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentReporter } from '../../src/base/reporter.js';
import { planCompression, type CompressionPlan } from '../../src/codec/compression.js';
import type { Compression } from '../../src/codec/types.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { findPrograms, folderCache } from '../../src/postgres/programs/index.js';
import { Psql } from '../../src/postgres/psql.js';
import type { Connection, Programs } from '../../src/postgres/types.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { provideClients } from '../support/clients.js';
import { hasPrograms } from './bytes.js';

type Format = 'custom' | 'directory' | 'plain';

const NAME = 'what real pg_dumps make of a compression plan';
const clients = await provideClients();
if ('notRun' in clients) process.stderr.write(`NOT RUN: ${NAME}: ${clients.notRun}\n`);
const { cacheDir, majors } = 'notRun' in clients ? { cacheDir: '', majors: [] } : clients;
const here = hasPrograms(NAME, ['gzip', 'zstd', 'lz4']) && majors.length > 0;

const ALL = new Set<Compression['method']>(['none', 'gzip', 'lz4', 'zstd']);
const FORMATS: Format[] = ['custom', 'directory', 'plain'];
const COMPRESSIONS: Compression[] = [
  { method: 'none' },
  { method: 'gzip' },
  { method: 'gzip', level: 1 },
  { method: 'zstd' },
  { method: 'zstd', level: 5 },
  { method: 'lz4' },
];

/** How a stream of each kind begins, and who opens it. */
const KINDS = {
  zstd: { magic: [0x28, 0xb5, 0x2f, 0xfd], open: ['zstd', '-dcq'], suffix: '.zst' },
  gzip: { magic: [0x1f, 0x8b], open: ['gzip', '-dc'], suffix: '.gz' },
  lz4: { magic: [0x04, 0x22, 0x4d, 0x18], open: ['lz4', '-dc'], suffix: '.lz4' },
};

const cases = majors.flatMap((major) =>
  FORMATS.flatMap((format) =>
    COMPRESSIONS.filter(({ method }) => method !== 'lz4' || major >= 16).map(
      (compression) => [major, format, compression] as const,
    ),
  ),
);

/** Large enough that its data fills many blocks, and compressible as rows are. */
const ROWS = 5000;
const LAST_ROW = `${ROWS}\torder number ${ROWS} was paid\n`;

(here ? describe : describe.skip)(NAME, () => {
  let server: PostgresServer;
  let connection: Connection;
  const programsOf = new Map<number, Programs>();
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-codec-'));
    const find = { env: process.env, tempDir: tmpdir(), method: 'rootless' as const };
    const cached = { ...find, cache: folderCache(() => cacheDir), reporter: silentReporter };
    for (const major of majors) programsOf.set(major, await findPrograms({ ...cached, major }));
    // Every client here can dump the oldest of the servers.
    server = await startPostgres({ major: majors[0] ?? 13 });
    connection = parseConnection(server.url(), process.env);
    const psql = await Psql.open({ programs: clientsOf(majors[0]), connection });
    try {
      await psql.exec(
        `CREATE TABLE public.orders AS SELECT i, 'order number ' || i || ' was paid' AS note FROM generate_series(1, ${ROWS}) i`,
      );
    } finally {
      await psql.close();
    }
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function clientsOf(major: number | undefined): Programs {
    const programs = programsOf.get(major ?? 0);
    if (programs === undefined) throw new Error(`no client ${major}`);
    return programs;
  }

  function output(path: string, args: readonly string[], env: NodeJS.ProcessEnv, input?: Buffer): Buffer {
    const { status, stdout, stderr } = spawnSync(path, args, {
      env,
      maxBuffer: 64e6,
      ...(input && { input }),
    });
    expect([path, args, status, stderr.toString()]).toEqual([path, args, 0, '']);
    return stdout;
  }

  /** Opens bytes with the stock program of what they are said to be. */
  function opened(kind: Compression['method'], bytes: Buffer): Buffer {
    if (kind === 'none') return bytes;
    const { magic, open } = KINDS[kind];
    expect([...bytes.subarray(0, magic.length)]).toEqual(magic);
    const [path = '', ...args] = open;
    return output(path, args, process.env, bytes);
  }

  function dumped(
    programs: Programs,
    format: Format,
    plan: CompressionPlan,
  ): { path: string; bytes: Buffer } {
    const path = mkdtempSync(join(folder, `${programs.major}-`));
    const file = join(path, 'dump');
    const args = [`--format=${format}`, `--file=${file}`, ...plan.pgDumpArgs, '-d', connection.conninfo()];
    output(programs.path('pg_dump'), args, { ...connection.env, ...programs.env });
    if (format === 'directory')
      return { path: file, bytes: Buffer.concat(dataFiles(file).map(({ bytes }) => bytes)) };
    if (plan.program === undefined) return { path: file, bytes: readFileSync(file) };
    const { args: how } = plan.program;
    const packed = output(plan.program.path, how, process.env, readFileSync(file));
    return { path: file, bytes: packed };
  }

  function dataFiles(path: string): { name: string; bytes: Buffer }[] {
    const names = readdirSync(path).filter((name) => name.includes('.dat') && name !== 'toc.dat');
    return names.map((name) => ({ name, bytes: readFileSync(join(path, name)) }));
  }

  it.each(cases)('%i, %s, %j: is what it is said to be', (major, format, compression) => {
    const programs = clientsOf(major);
    const plan = planCompression({
      compression,
      format,
      pgDumpMajor: major,
      pgDumpMethods: ALL,
      zstd: { path: 'zstd' },
      cpus: 2,
    });
    const { method, suffix, program } = plan;
    expect(method).toBe(compression.method);
    const { path, bytes } = dumped(programs, format, plan);
    const restore = (from: string[], input?: Buffer): string =>
      output(
        programs.path('pg_restore'),
        ['-f', '-', ...from],
        { ...process.env, ...programs.env },
        input,
      ).toString();

    if (format === 'plain') {
      expect(suffix).toBe(method === 'none' ? '' : KINDS[method].suffix);
      expect(opened(method, bytes).toString()).toContain(LAST_ROW);
    } else if (format === 'custom') {
      expect(suffix).toBe(program === undefined ? '' : '.zst');
      const archive = program === undefined ? bytes : opened(method, bytes);
      expect(archive.subarray(0, 5).toString()).toBe('PGDMP');
      expect(restore([], archive)).toContain(LAST_ROW);
    } else {
      // One of the table, and none of anything else: where the program compresses, it compresses the tar of these.
      const inside = program === undefined ? method : 'none';
      const files = dataFiles(path);
      expect(files.map(({ name }) => name.replace(/^\d+/, ''))).toEqual([
        `.dat${inside === 'none' ? '' : KINDS[inside].suffix}`,
      ]);
      expect(opened(inside, bytes).toString()).toContain(LAST_ROW);
      expect(restore([path])).toContain(LAST_ROW);
    }
    // The rows as text have 158 kB, in no method's hands more than half of it.
    const packed = method !== 'none' && !(format === 'directory' && program !== undefined);
    if (packed) expect(bytes.length).toBeLessThan(80_000);
    else expect(bytes.length).toBeGreaterThan(150_000);
  });
});
