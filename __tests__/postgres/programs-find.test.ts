import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/base/errors.js';
import { silentReporter } from '../../src/base/reporter.js';
import { toolCache } from '../../src/github/tool-cache.js';
import { cacheName } from '../../src/postgres/programs/cached.js';
import { findAnyPrograms, findPrograms } from '../../src/postgres/programs/find.js';
import { folderCache } from '../../src/postgres/programs/folder-cache.js';
import type { Machine } from '../../src/postgres/programs/machine.js';
import type { FindOptions } from '../../src/postgres/programs/types.js';

const NAMES = ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall'];

let root: string;
let warnings: string[];
let options: FindOptions;

/** Programs that can say their version. They stand for nothing else: no test here talks to a server. */
async function programs(folder: string, version: string, names: readonly string[] = NAMES): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    await writeFile(join(folder, name), `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

// A system without a package manager that we know, so that nothing is ever installed.
const os = { id: 'other', like: [], version: '1', codename: '', prettyName: 'Other Linux 1' };

const suite = process.platform === 'win32' ? describe.skip : describe;
if (process.platform === 'win32') process.stderr.write('NOT RUN: programs-find: needs shell scripts\n');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pgkeep-find-'));
  warnings = [];
  const machine: Machine = { platform: 'linux', os, root };
  options = {
    cache: folderCache(() => join(root, 'cache')),
    reporter: { ...silentReporter, warn: (message) => void warnings.push(message) },
    env: { PATH: join(root, 'usr/bin') },
    tempDir: root,
    method: 'rootless',
    machine,
  };
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

suite('the system’s folders', () => {
  it('exactly the major is chosen, by what its programs say and not by the folder’s name', async () => {
    await programs(join(root, 'usr/lib/postgresql/17/bin'), '16.9');
    await programs(join(root, 'usr/lib/postgresql/18/bin'), '18.1');
    await programs(join(root, 'usr/pgsql-16/bin'), '17.4');
    const found = await findPrograms({ ...options, major: 17 });
    expect(found).toMatchObject({ major: 17, version: '17.4', source: 'system', env: {} });
    expect(found.path('pg_dump')).toBe(join(root, 'usr/pgsql-16/bin/pg_dump'));
    expect(warnings).toEqual([]);
  });

  it('the PATH counts, but never pg_wrapper', async () => {
    const share = await programs(join(root, 'usr/share/postgresql-common'), '17.4', ['pg_wrapper']);
    await mkdir(join(root, 'usr/bin'));
    for (const name of NAMES) await symlink(join(share, 'pg_wrapper'), join(root, 'usr/bin', name));
    await expect(findPrograms({ ...options, major: 17 })).rejects.toThrow(UserError);
    await expect(findAnyPrograms(options)).rejects.toThrow(UserError);

    await rm(join(root, 'usr/bin'), { recursive: true });
    await programs(join(root, 'usr/bin'), '17.4');
    expect((await findPrograms({ ...options, major: 17 })).path('psql')).toBe(join(root, 'usr/bin/psql'));
  });

  it.each([
    ['a program is missing', async (bin: string) => rm(join(bin, 'pg_restore'))],
    [
      'a program is of another major',
      async (bin: string) => programs(bin, '16.1', ['psql']).then(() => undefined),
    ],
    ['a program does not run', async (bin: string) => writeFile(join(bin, 'psql'), '#!/bin/sh\nexit 127\n')],
    ['a program may not be executed', async (bin: string) => chmod(join(bin, 'psql'), 0o644)],
  ])('a folder is passed over where %s', async (_name, spoil) => {
    const bin = await programs(join(root, 'usr/lib/postgresql/17/bin'), '17.4');
    await spoil(bin);
    await programs(join(root, 'usr/pgsql-17/bin'), '17.5');
    expect((await findPrograms({ ...options, major: 17 })).version).toBe('17.5');
  });

  it('the nearest newer one serves, with a warning, and never an older one', async () => {
    await programs(join(root, 'usr/lib/postgresql/15/bin'), '15.9');
    await programs(join(root, 'usr/lib/postgresql/18/bin'), '18.1');
    await programs(join(root, 'usr/lib/postgresql/17/bin'), '17.4');
    expect((await findPrograms({ ...options, major: 16 })).major).toBe(17);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/programs of PostgreSQL 17\.4 are used instead of those of 16/);
    await expect(findPrograms({ ...options, major: 19 })).rejects.toThrow(
      /PostgreSQL 19 or newer .* on Other Linux 1\.\nTried: the folders of the system; the tool cache\.\nInstall .*`postgres-bin`/,
    );
  });

  it('any programs: the newest', async () => {
    await programs(join(root, 'usr/lib/postgresql/15/bin'), '15.9');
    await programs(join(root, 'usr/lib/postgresql/18/bin'), '18.1');
    expect((await findAnyPrograms(options)).major).toBe(18);
  });
});

suite('the tool cache', () => {
  const store = async (version: string, stored: string): Promise<void> => {
    const folder = join(root, `stage-${version}`);
    await programs(join(folder, 'usr/lib/postgresql', version.split('.')[0] ?? '', 'bin'), version);
    await mkdir(join(folder, 'usr/lib/x86_64-linux-gnu'), { recursive: true });
    await writeFile(join(folder, 'usr/lib/x86_64-linux-gnu/libpq.so.5'), '');
    await options.cache.store(cacheName('other-1'), stored, folder);
  };

  it('the newest minor version of the major, with its libraries', async () => {
    await store('17.4', '17.4.0');
    await store('17.10', '17.10.0');
    await store('18.1', '18.1.0');
    const found = await findPrograms({
      ...options,
      env: { ...options.env, LD_LIBRARY_PATH: '/before' },
      major: 17,
    });
    expect(found).toMatchObject({ major: 17, version: '17.10', source: 'tool-cache' });
    expect(found.env['LD_LIBRARY_PATH']).toMatch(/17\.10\.0\/[^:]*\/usr\/lib\/x86_64-linux-gnu:\/before$/);
  });

  it('comes after the system', async () => {
    await store('17.4', '17.4.0');
    await programs(join(root, 'usr/lib/postgresql/17/bin'), '17.2');
    expect((await findPrograms({ ...options, major: 17 })).source).toBe('system');
  });

  it('of another kind of system is not touched', async () => {
    await store('17.4', '17.4.0');
    const machine = { platform: 'linux' as const, os: { ...os, version: '2' }, root };
    await expect(findPrograms({ ...options, machine, major: 17 })).rejects.toThrow(UserError);
  });

  it('has the runner’s layout, and what is not whole is not there', async () => {
    await store('17.4', '17.4.0');
    const name = cacheName('other-1');
    const stored = join(root, 'cache', name, '17.4.0', process.arch);
    expect(options.cache.find(name, '17.4.0')).toBe(stored);
    expect(options.cache.versions(name)).toEqual(['17.4.0']);
    await rm(`${stored}.complete`);
    expect(options.cache.find(name, '17.4.0')).toBeUndefined();
    expect(options.cache.versions(name)).toEqual([]);
    await store('17.4', '17.4.0');
    expect(options.cache.find(name, '17.4.0')).toBe(stored);
  });

  it('is where the runner says, when asked', () => {
    const before = process.env['RUNNER_TOOL_CACHE'];
    try {
      process.env['RUNNER_TOOL_CACHE'] = join(root, 'one');
      expect(toolCache.versions('x')).toEqual([]);
      process.env['RUNNER_TOOL_CACHE'] = join(root, 'two');
      mkdirSync(join(root, 'two/x/1.2.3', process.arch), { recursive: true });
      writeFileSync(join(root, 'two/x/1.2.3', `${process.arch}.complete`), '');
      expect(toolCache.versions('x')).toEqual(['1.2.3']);
    } finally {
      if (before === undefined) delete process.env['RUNNER_TOOL_CACHE'];
      else process.env['RUNNER_TOOL_CACHE'] = before;
    }
  });

  it('may be filled by several at once', async () => {
    const folder = join(root, 'stage');
    await programs(join(folder, 'usr/lib/postgresql/17/bin'), '17.4');
    const name = cacheName('other-1');
    const stored = await Promise.all(
      Array.from({ length: 5 }, () => options.cache.store(name, '17.4.0', folder)),
    );
    expect(new Set(stored).size).toBe(1);
    expect(await readdir(join(root, 'cache', name, '17.4.0'))).toHaveLength(2);
    expect((await findPrograms({ ...options, major: 17 })).version).toBe('17.4');
  });
});

suite('postgres-bin', () => {
  it('is used whatever else there is', async () => {
    await programs(join(root, 'usr/lib/postgresql/17/bin'), '17.4');
    const bin = await programs(join(root, 'mine'), '17.1');
    for (const found of [
      await findPrograms({ ...options, bin, major: 17 }),
      await findAnyPrograms({ ...options, bin }),
    ])
      expect(found).toMatchObject({ version: '17.1', source: 'postgres-bin' });
    expect(warnings).toEqual([]);
  });

  it('newer programs serve, with a warning', async () => {
    const bin = await programs(join(root, 'mine'), '18.1');
    expect((await findPrograms({ ...options, bin, major: 17 })).major).toBe(18);
    expect(warnings.join()).toContain('18.1');
  });

  it.each([
    ['older programs', '16.9', /16\.9, older than the 17 that is needed/],
    ['no programs', undefined, /mine has no pg_dump/],
  ])('%s are an error', async (_name, version, message) => {
    const bin = join(root, 'mine');
    if (version !== undefined) await programs(bin, version);
    await programs(join(root, 'usr/lib/postgresql/17/bin'), '17.4');
    const failure = findPrograms({ ...options, bin, major: 17 });
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(message);
  });

  it('pg_wrapper is an error', async () => {
    const share = await programs(join(root, 'share'), '17.4', ['pg_wrapper']);
    const bin = join(root, 'mine');
    await mkdir(bin);
    for (const name of NAMES) await symlink(join(share, 'pg_wrapper'), join(bin, name));
    await expect(findPrograms({ ...options, bin, major: 17 })).rejects.toThrow(/pg_wrapper/);
  });
});
