import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentReporter } from '../../src/base/reporter.js';
import { findPrograms, folderCache } from '../../src/postgres/programs/index.js';
import { parseVersion } from '../../src/postgres/programs/probe.js';
import type { ProgramName, ServerPrograms } from '../../src/postgres/types.js';
import { installServers, majors } from '../servers/install.mjs';
import { provideClients } from './clients.js';

/** The folder with `initdb` and `postgres` of a major, installed first where needed; undefined where there are none. */
async function serverFolder(major: number): Promise<string | undefined> {
  if (!majors().includes(major)) return undefined;
  try {
    return join(await installServers(), 'node_modules', `pg${major}`, 'native', 'bin');
  } catch {
    return undefined;
  }
}

/**
 * Real `initdb` and `postgres` of a major, 13 to 18, for suites about scratch servers. Undefined where they cannot be
 * installed: the suite then says NOT RUN. They have the contrib extensions and no others.
 */
export async function serverPrograms(major: number): Promise<ServerPrograms | undefined> {
  const folder = await serverFolder(major);
  if (folder === undefined) return undefined;
  const postgres = join(folder, 'postgres');
  const version = parseVersion(execFileSync(postgres, ['--version'], { encoding: 'utf8' }));
  if (version?.major !== major) throw new Error(`${postgres} is not of PostgreSQL ${major}.`);
  return { ...version, source: 'system', initdb: join(folder, 'initdb'), postgres, env: {} };
}

const CLIENTS: readonly ProgramName[] = ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall'];

/**
 * A folder for the `postgres-bin` input that holds clients and a server of one major, so that the bundle can be run with
 * majors that this machine's apt lacks. The clients are of the nearest newer major where there are none of that one.
 * Undefined where there are no such clients or no such server. Made once per machine; everyone can read it.
 */
export async function postgresBin(major: number): Promise<string | undefined> {
  const clients = await provideClients();
  const server = await serverFolder(major);
  const clientMajor = 'notRun' in clients ? undefined : clients.majors.find((each) => each >= major);
  if ('notRun' in clients || clientMajor === undefined || server === undefined) return undefined;
  const programs = await findPrograms({
    major: clientMajor,
    cache: folderCache(() => clients.cacheDir),
    reporter: silentReporter,
    env: process.env,
    tempDir: tmpdir(),
    method: 'rootless',
  });
  const made = createHash('sha256')
    .update(`${server}\n${programs.path('psql')}`)
    .digest('hex')
    .slice(0, 12);
  const target = join(tmpdir(), `pgkeep-bin-${made}`);
  if (existsSync(target)) return target;
  const folder = mkdtempSync(`${target}.`);
  try {
    // `postgres` and `initdb` find what belongs to them by where the link leads.
    for (const name of ['postgres', 'initdb']) symlinkSync(join(server, name), join(folder, name));
    for (const name of CLIENTS) {
      const set = Object.entries(programs.env).map(([key, value]) => `export ${key}='${value}'\n`);
      const script = `#!/bin/sh\n${set.join('')}exec '${programs.path(name)}' "$@"\n`;
      writeFileSync(join(folder, name), script, { mode: 0o755 });
    }
    chmodSync(folder, 0o755);
    renameSync(folder, target);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(target)) throw error;
    rmSync(folder, { recursive: true, force: true });
  }
  return target;
}
