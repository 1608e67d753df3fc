import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startScratch,
  type DatabaseIdentity,
  type Scratch,
  type ScratchOptions,
} from '../../src/postgres/scratch/index.js';
import { Psql } from '../../src/postgres/psql.js';
import type { Programs, ServerPrograms } from '../../src/postgres/types.js';
import { installServers } from '../servers/install.mjs';
import { systemPrograms } from '../support/clients.js';
import { until } from '../support/children.js';
import { Listener } from '../support/listener.js';

const found = systemPrograms();

/** Why no suite of scratch servers can run here, or undefined. */
export const scratchMissing = found === undefined ? 'no psql of PostgreSQL 13 or newer' : undefined;

export const isRoot = process.getuid?.() === 0;

/** Whether another user than ours is to be had although we are not root. */
const hasSudo = !isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
const asRoot = hasSudo ? ['sudo', '-n'] : [];

/** Whether a scratch server runs as another user than we do. */
export const hasOtherUser = isRoot || hasSudo;

/** Ends a process of whichever user a scratch server has. */
export function killByForce(pid: number): void {
  execFileSync('env', [...asRoot, 'kill', '-KILL', String(pid)]);
}

/** Why no process can be given a network of its own here, or undefined. */
export const namespacesMissing = ((): string | undefined => {
  try {
    const command = isRoot || hasSudo ? ['unshare'] : ['unshare', '--user', '--map-root-user'];
    execFileSync('env', [...asRoot, ...command, '--net', '--mount', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'namespaces cannot be made here';
  }
})();

/** The programs of a major's test server. */
export async function testServer(major: number): Promise<ServerPrograms> {
  const bin = join(await installServers(), 'node_modules', `pg${major}`, 'native', 'bin');
  return {
    major,
    version: String(major),
    source: 'postgres-bin',
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    env: {},
  };
}

export function clients(): Programs {
  if (found === undefined) throw new Error(scratchMissing);
  return found;
}

export function libc(locale: string, encoding = 'UTF8', ctype = locale): DatabaseIdentity {
  return {
    encoding,
    collation: { provider: 'libc', collate: locale, ctype, locale: null, icuRules: null, version: null },
  };
}

/** Scratch servers of one test, and the folders that they were given. */
export class ScratchRig {
  readonly said = new Listener();
  private readonly folders: string[] = [];
  private readonly started: Scratch[] = [];

  /** A folder that everybody may enter. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'pgkeep-scratch-test-'));
    chmodSync(folder, 0o755);
    this.folders.push(folder);
    return folder;
  }

  async start(options: Partial<ScratchOptions> = {}): Promise<Scratch> {
    const scratch = await startScratch({
      server: options.server ?? (await testServer(17)),
      clients: clients(),
      tempDir: options.tempDir ?? this.folder(),
      bootstrapRole: 'shop_owner',
      extensions: [],
      database: 'shop',
      reporter: this.said,
      signal: new AbortController().signal,
      ...options,
    });
    this.started.push(scratch);
    return scratch;
  }

  /** Does something in a session with a database. */
  async ask<T>(scratch: Scratch, work: (psql: Psql) => Promise<T>, database?: string): Promise<T> {
    const psql = await Psql.open({
      programs: clients(),
      connection: scratch.connection,
      ...(database === undefined ? {} : { database }),
    });
    return work(psql).finally(() => psql.close());
  }

  async stopServers(): Promise<void> {
    await Promise.all(this.started.splice(0).map((scratch) => scratch.stop()));
  }

  async stop(): Promise<void> {
    await this.stopServers();
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** The processes that have to do with a folder, by their command lines and working folders, as `id command`. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const within = command.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
        return within ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}

/** Waits until nothing of a scratch server is left in a folder. */
export async function allGone(tempDir: string): Promise<void> {
  await until(`an end of ${[...processesOf(tempDir), ...readdirSync(tempDir)].join(', ')}`, () =>
    processesOf(tempDir).length === 0 && readdirSync(tempDir).length === 0 ? true : undefined,
  );
}
