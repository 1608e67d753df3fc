import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DebianSuite } from './apt-suite.js';

const exec = promisify(execFile);

/** Where Debian has the clients of majors that this machine's release lacks. */
const SUITES = [
  { major: 13, suite: 'bullseye' },
  { major: 17, suite: 'trixie' },
  { major: 18, suite: 'sid' },
];

/** The newest C library runs every older program, so one set of libraries serves all majors. */
const LIBRARIES_SUITE = 'sid';

/** What psql and libpq link to, directly or not, under the names of newer releases. */
const LIBRARIES = [
  ...[
    'libc6',
    'libssl3t64',
    'libgssapi-krb5-2',
    'libkrb5-3',
    'libk5crypto3',
    'libkrb5support0',
    'libcom-err2',
  ],
  ...[
    'libkeyutils1',
    'libldap2',
    'libsasl2-2',
    'libreadline8t64',
    'libtinfo6',
    'zlib1g',
    'liblz4-1',
    'libzstd1',
  ],
  'libgcc-s1',
];

export interface Repacked {
  /** Package files: `postgresql-client-N` for each major, and the `libpq5` that they depend on. */
  debs: string[];
  majors: number[];
}

/**
 * Makes real clients of other Debian suites run on this machine: their programs are patched to use a C library and the
 * libraries that go with it from `folder`/compat, and packed again as packages of the PostgreSQL project's shape. libpq
 * is a package of its own, newer than the machine's, so that installing a client has to bring it.
 */
export async function repackClients(folder: string): Promise<Repacked> {
  const compat = join(folder, 'compat');
  const debs = join(folder, 'debs');
  for (const each of [compat, debs]) mkdirSync(each, { recursive: true });
  const base = new DebianSuite(LIBRARIES_SUITE, join(folder, 'suite-libraries'));
  const libraries = await base.fetch([...LIBRARIES, 'libpq5']);
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked, { recursive: true });
  for (const [name, { file }] of libraries)
    await exec('dpkg-deb', ['-x', file, join(unpacked, name === 'libpq5' ? 'libpq' : 'libraries')]);
  for (const library of sharedObjects(join(unpacked, 'libraries')))
    copyFileSync(library.path, join(compat, library.name));
  const loader = readdirSync(compat).find((name) => /^ld-linux.*\.so/.test(name));
  if (loader === undefined) throw new Error('libc6 has no loader');
  chmodSync(join(compat, loader), 0o755);

  const libpqVersion = libraries.get('libpq5')?.version ?? '';
  const packed = [await packLibpq(join(unpacked, 'libpq'), folder, debs, libpqVersion)];
  const majors: number[] = [];
  for (const { major, suite } of SUITES) {
    try {
      packed.push(await packClient({ major, suite, folder, loader, libpqVersion }));
      majors.push(major);
    } catch (error) {
      process.stderr.write(`No client ${major} from ${suite}: ${String(error)}\n`);
    }
  }
  for (const name of readdirSync(folder))
    if (/^(?:suite|pack|unpacked)/.test(name)) rmSync(join(folder, name), { recursive: true });
  return { debs: packed, majors };
}

/** Makes the package of one major. */
async function packClient(options: {
  major: number;
  suite: string;
  folder: string;
  loader: string;
  libpqVersion: string;
}): Promise<string> {
  const { major, folder, libpqVersion } = options;
  const name = `postgresql-client-${major}`;
  const compat = join(folder, 'compat');
  const root = join(folder, 'unpacked', name);
  const found = (
    await new DebianSuite(options.suite, join(folder, `suite-${options.suite}`)).fetch([name])
  ).get(name);
  await exec('dpkg-deb', ['-x', found?.file ?? '', root]);
  const bin = join('usr', 'lib', 'postgresql', String(major), 'bin');
  const pack = join(folder, `pack-${major}`);
  mkdirSync(join(pack, bin), { recursive: true });
  for (const program of ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore']) {
    const target = join(pack, bin, program);
    copyFileSync(join(root, bin, program), target);
    const loader = ['--set-interpreter', join(compat, options.loader)];
    await exec('patchelf', [...loader, '--force-rpath', '--set-rpath', compat, target]);
  }
  const depends = `libpq5 (>= ${libpqVersion}), postgresql-client-common (>= 182)`;
  return buildDeb(pack, { name, version: `${found?.version}.test+1`, depends, folder: join(folder, 'debs') });
}

async function packLibpq(from: string, folder: string, debs: string, version: string): Promise<string> {
  const { stdout } = await exec('dpkg-architecture', ['-qDEB_HOST_MULTIARCH']);
  const pack = join(folder, 'pack-libpq');
  const lib = join(pack, 'usr', 'lib', stdout.trim());
  mkdirSync(lib, { recursive: true });
  for (const { path, name } of sharedObjects(from)) copyFileSync(path, join(lib, name));
  return buildDeb(pack, { name: 'libpq5', version, depends: '', folder: debs });
}

/** Builds a package file from a folder. */
export async function buildDeb(
  pack: string,
  meta: { name: string; version: string; depends: string; folder: string },
): Promise<string> {
  const { stdout } = await exec('dpkg', ['--print-architecture']);
  const arch = stdout.trim();
  const control = [
    `Package: ${meta.name}`,
    `Version: ${meta.version}`,
    `Architecture: ${arch}`,
    'Maintainer: test <test@invalid>',
    'Section: database',
    'Priority: optional',
    ...(meta.depends === '' ? [] : [`Depends: ${meta.depends}`]),
    'Description: rebuilt for a test',
  ];
  mkdirSync(join(pack, 'DEBIAN'), { recursive: true });
  chmodSync(join(pack, 'DEBIAN'), 0o755);
  writeFileSync(join(pack, 'DEBIAN', 'control'), `${control.join('\n')}\n`);
  const file = join(meta.folder, `${meta.name}_${meta.version.replace(/^\d+:/, '')}_${arch}.deb`);
  await exec('dpkg-deb', ['-Zgzip', '-z1', '--root-owner-group', '-b', pack, file]);
  return file;
}

/** The shared libraries and the loader below a folder, by the names that programs ask for. */
function sharedObjects(root: string): { path: string; name: string }[] {
  const found: { path: string; name: string }[] = [];
  for (const lib of [
    join(root, 'usr', 'lib'),
    join(root, 'lib'),
    join(root, 'usr', 'lib64'),
    join(root, 'lib64'),
  ]) {
    if (!existsSync(lib)) continue;
    for (const entry of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
      const path = join(lib, entry);
      const name = entry.split('/').at(-1) ?? '';
      const depth = entry.split('/').length;
      // Files named by a link to elsewhere come with the package that they are in.
      if (depth <= 2 && /\.so(?:\.|$)/.test(name) && existsSync(path) && !lstatSync(path).isDirectory())
        found.push({ path, name });
    }
  }
  return found;
}
