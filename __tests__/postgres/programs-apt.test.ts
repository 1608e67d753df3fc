import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError, UserError } from '../../src/base/errors.js';
import { silentReporter } from '../../src/base/reporter.js';
import { AptInstaller } from '../../src/postgres/programs/apt/installer.js';
import {
  findAnyPrograms,
  findPrograms,
  installTools,
  unpackPackages,
} from '../../src/postgres/programs/index.js';
import { folderCache } from '../../src/postgres/programs/folder-cache.js';
import { isDebianFamily, readMachine, type Machine } from '../../src/postgres/programs/machine.js';
import type { AptSource, FindOptions } from '../../src/postgres/programs/types.js';
import type { ProgramName, Programs } from '../../src/postgres/types.js';
import { runAsNobody } from '../support/apt-as-nobody.js';
import {
  buildRepository,
  makeKey,
  serveFolder,
  type HttpFolder,
  type SigningKey,
} from '../support/apt-repository.js';
import { missingPrograms, provideRepacked } from '../support/clients.js';

const real = await readMachine();
const debian = isDebianFamily(real) && missingPrograms(['apt-get', 'dpkg-deb']).length === 0;
const repacked = await provideRepacked();

function suite(name: string, why: string | undefined): typeof describe | typeof describe.skip {
  if (why === undefined) return describe;
  process.stderr.write(`NOT RUN: programs-apt: ${name}: ${why}\n`);
  return describe.skip;
}

const noDebian = debian ? undefined : 'needs Debian or Ubuntu';
const noRepository = 'notRun' in repacked ? repacked.notRun : undefined;

let temp: string;
let options: FindOptions;
let said: string[];
let warnings: string[];

beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'pgkeep-apt-test-'));
  said = [];
  warnings = [];
  // The machine's own clients and PATH are out of sight, so that something has to be installed.
  const machine: Machine = { ...real, root: join(temp, 'nowhere') };
  options = {
    cache: folderCache(() => join(temp, 'cache')),
    reporter: {
      ...silentReporter,
      info: (message) => void said.push(message),
      warn: (message) => void warnings.push(message),
      output: (program, line) => void said.push(`${program}: ${line}`),
    },
    env: { ...process.env, PATH: '/usr/sbin:/nowhere' },
    tempDir: temp,
    method: 'rootless',
    machine,
  };
  // apt-get has to be found all the same.
  const bin = join(temp, 'bin');
  cpSync('/usr/bin/apt-get', join(bin, 'apt-get'), { recursive: true });
  options.env['PATH'] = `${bin}:/usr/sbin`;
});

afterEach(async () => {
  await rm(temp, { recursive: true, force: true });
});

const NAMES: ProgramName[] = ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall'];

/** Runs every program and returns what they call themselves. */
function versions(programs: Programs): string[] {
  return NAMES.map((name) =>
    execFileSync(programs.path(name), ['--version'], { env: programs.env, encoding: 'utf8' }),
  );
}

/** Everything of the machine's package state that an installation could touch. */
function machineState(): string {
  const hash = createHash('sha256');
  const folders = ['/etc/apt', '/var/lib/apt', '/var/cache/apt', '/var/lib/dpkg', '/usr/lib/postgresql'];
  const walk = (path: string): void => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    hash.update(`${path} ${stat.mode} ${stat.size} ${stat.mtimeMs}\n`);
    if (!stat.isDirectory() || path.endsWith('/info')) return;
    for (const name of readdirSync(path).sort()) walk(join(path, name));
  };
  for (const folder of folders) walk(folder);
  return hash.digest('hex');
}

suite('the distribution', noDebian)('the distribution’s own repository', () => {
  it('has a major, which is unpacked into the tool cache and runs; the machine stays as it is', async () => {
    const before = machineState();
    const installer = await AptInstaller.create({ ...options, apt: null }, real);
    try {
      const [major] = await installer.offers();
      expect(major).toBeDefined();
      const programs = await installer.install(major ?? 0);
      expect(programs).toMatchObject({ major, source: 'distribution' });
      expect(programs.path('psql').startsWith(join(temp, 'cache'))).toBe(true);
      for (const version of versions(programs)) expect(version).toContain(`(PostgreSQL) ${major}`);
      // Neither perl nor a server came along.
      const root = programs.path('psql').split('/usr/lib/postgresql/')[0] ?? '';
      expect(existsSync(join(root, 'usr/share/perl'))).toBe(false);
      expect(existsSync(join(root, `usr/lib/postgresql/${major}/bin/postgres`))).toBe(false);
    } finally {
      await installer.close();
    }
    expect(machineState()).toBe(before);
    expect((await readdir(temp)).sort()).toEqual(['bin', 'cache']);
  });

  it('serves to ask a server for its version, and is found in the cache the next time', async () => {
    const first = await findAnyPrograms({ ...options, apt: null });
    expect(first.source).toBe('distribution');
    said = [];
    const second = await findPrograms({ ...options, apt: null, major: first.major });
    expect(second).toMatchObject({ version: first.version, source: 'tool-cache', env: first.env });
    expect(said).toEqual([]);
  });

  it('has small tools too', async () => {
    const tools = await installTools(['zstd', 'age'], options);
    for (const name of ['zstd', 'age'] as const) {
      expect(tools[name].path.startsWith(join(temp, 'cache'))).toBe(true);
      execFileSync(tools[name].path, ['--version'], { env: tools[name].env });
    }
    const packed = execFileSync(tools.zstd.path, ['-q', '-c'], { env: tools.zstd.env, input: 'text' });
    expect(execFileSync(tools.zstd.path, ['-q', '-d', '-c'], { env: tools.zstd.env, input: packed })).toEqual(
      Buffer.from('text'),
    );
    expect(await installTools(['zstd', 'age'], options)).toEqual(tools);
  });

  it('can be unpacked from into any folder', async () => {
    const folder = join(temp, 'a folder');
    const unpacked = await unpackPackages(['age'], folder, options);
    expect(await unpacked.path('age-keygen')).toBe(join(folder, 'usr/bin/age-keygen'));
    await expect(unpacked.path('psql')).rejects.toThrow(UserError);
    await expect(unpackPackages(['pgkeep-has-no-such-package'], folder, options)).rejects.toThrow(
      /apt could not fetch pgkeep-has-no-such-package .*Unable to locate package/,
    );
  });

  it('is left alone when the run is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(
      findPrograms({ ...options, apt: null, major: 1, signal: controller.signal }),
    ).rejects.toThrow(CancelledError);
    expect((await readdir(temp)).sort()).toEqual(['bin']);
  });
});

let key: SigningKey;
let folder: string;
let server: HttpFolder;
let source: AptSource;

suite('the repository', noRepository)('a signed repository beside it', () => {
  beforeAll(async () => {
    key = await makeKey('the repository’s key');
  });
  afterAll(async () => {
    await key.remove();
  });

  /** Serves the packages of these majors, and the libpq that they need. */
  const serve = async (majors: readonly number[]): Promise<void> => {
    const debs = 'notRun' in repacked ? [] : repacked.debs;
    folder = join(temp, 'repository');
    await buildRepository(folder, {
      debs: debs.filter(
        (deb) => deb.includes('libpq5') || majors.some((major) => deb.includes(`client-${major}_`)),
      ),
      suite: 'test-pgdg',
      key,
    });
    server = await serveFolder(folder);
    source = { urls: [server.url], keyAsc: key.asc, suite: 'test-pgdg', component: 'main' };
    options.apt = source;
  };
  afterEach(async () => {
    await server.close();
  });

  it('real clients of several majors are installed with the library that they need', async () => {
    const before = machineState();
    await serve([13, 17, 18]);
    for (const major of [13, 17, 18]) {
      const programs = await findPrograms({ ...options, major });
      expect(programs).toMatchObject({ major, source: 'apt.postgresql.org' });
      expect(readdirSync(programs.env['LD_LIBRARY_PATH'] ?? '')).toContain('libpq.so.5');
      for (const version of versions(programs)) expect(version).toContain(`(PostgreSQL) ${major}.`);
      expect(await findPrograms({ ...options, major })).toMatchObject({ major, source: 'tool-cache' });
    }
    expect(machineState()).toBe(before);
    expect(warnings).toEqual([]);
    expect((await readdir(temp)).sort()).toEqual(['bin', 'cache', 'repository']);
  });

  it('is not asked for what the distribution has', async () => {
    await serve([17]);
    const distribution = await findAnyPrograms({ ...options, apt: null });
    await rm(join(temp, 'cache'), { recursive: true });
    expect((await findPrograms({ ...options, major: distribution.major })).source).toBe('distribution');
    expect(server.requests).toEqual([]);
  });

  it('the next address is tried where the first has no such release', async () => {
    await serve([17]);
    options.apt = { ...source, urls: [`${server.url}/elsewhere`, server.url] };
    expect((await findPrograms({ ...options, major: 17 })).major).toBe(17);
    expect(server.requests.some((path) => path.startsWith('/elsewhere/dists/test-pgdg'))).toBe(true);
  });

  it('the nearest newer major is taken where the exact one is not to be had, with a warning', async () => {
    await serve([17, 18]);
    expect((await findPrograms({ ...options, major: 16 })).major).toBe(17);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/programs of PostgreSQL 17\.\d+ are used instead of those of 16/);
  });

  it('where there is nothing newer, the error says what was tried and what to do', async () => {
    await serve([13, 17]);
    const failure = findPrograms({ ...options, major: 99 });
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(
      /PostgreSQL 99 or newer[^]*Tried: .*the tool cache; apt, which has the clients of 13, [\d, ]*17\.[^]*postgresql-client-99.*`postgres-bin`/,
    );
  });

  it('nothing is taken from one that another key signed', async () => {
    await serve([17]);
    const other = await makeKey('somebody else');
    try {
      options.apt = { ...source, keyAsc: other.asc };
      await expect(findPrograms({ ...options, major: 17 })).rejects.toThrow(
        /PostgreSQL's apt repository \(http:\/\/127\.0\.0\.1:\d+: .*(?:NO_PUBKEY|not signed)/,
      );
      expect(server.requests.some((path) => path.endsWith('.deb'))).toBe(false);
    } finally {
      await other.remove();
    }
  });

  it.each([
    ['a package', (): string => debOf(17), (bytes: Buffer): void => flip(bytes, bytes.length - 100)],
    ['the list', (): string => listOf(folder), (bytes: Buffer): void => flip(bytes, 30)],
  ])('nothing is taken from one where %s was altered', async (_name, file, alter) => {
    await serve([17]);
    const bytes = readFileSync(file());
    alter(bytes);
    writeFileSync(file(), bytes);
    await expect(findPrograms({ ...options, major: 17 })).rejects.toThrow(/17 or newer[^]*Tried: /);
    expect(existsSync(join(temp, 'cache'))).toBe(false);
  });

  it('one that cannot be reached is passed over', async () => {
    await serve([17]);
    options.apt = { ...source, urls: ['http://127.0.0.1:1'] };
    await expect(findPrograms({ ...options, major: 99 })).rejects.toThrow(
      /PostgreSQL's apt repository \(http:\/\/127\.0\.0\.1:\d+: .*[Cc]onnect/,
    );
    const any = await findAnyPrograms(options);
    expect(any.source).toBe('distribution');
  });

  // For any other user the tests above prove the same.
  (process.getuid?.() === 0 ? describe : describe.skip)('as an ordinary user', () => {
    it('all of it works without root and without sudo', async () => {
      await serve([18]);
      const home = join(temp, 'home');
      cpSync(join(temp, 'bin'), join(home, 'bin'), { recursive: true });
      execFileSync('chmod', ['-R', 'a+rX', temp]);
      const printed = await runAsNobody(
        home,
        `import { findPrograms } from './postgres/programs/index.js';
         import { folderCache } from './postgres/programs/folder-cache.js';
         import { readMachine } from './postgres/programs/machine.js';
         const silent = new Proxy({}, { get: () => () => undefined });
         const programs = await findPrograms({
           major: 18,
           cache: folderCache(() => '${home}/cache'),
           reporter: silent,
           env: process.env,
           tempDir: '${home}',
           apt: ${JSON.stringify(source)},
           machine: { ...(await readMachine()), root: '/nowhere' },
         });
         console.log(JSON.stringify({ uid: process.getuid(), ...programs, psql: programs.path('psql') }));`,
      );
      const result = JSON.parse(printed) as Programs & { uid: number; psql: string };
      expect(result).toMatchObject({ uid: 65534, major: 18, source: 'apt.postgresql.org' });
      expect(lstatSync(result.psql).uid).toBe(65534);
      expect(execFileSync(result.psql, ['--version'], { env: result.env, encoding: 'utf8' })).toContain(
        '(PostgreSQL) 18',
      );
    });
  });
});

function debOf(major: number): string {
  const pool = join(folder, 'pool/main');
  return join(pool, readdirSync(pool).find((name) => name.includes(`client-${major}_`)) ?? '');
}

function listOf(root: string): string {
  const main = join(root, 'dists/test-pgdg/main');
  return join(main, readdirSync(main)[0] ?? '', 'Packages');
}

function flip(bytes: Buffer, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
}
