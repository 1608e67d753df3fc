import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../src/backup/result.js';
import { runBackup } from '../../src/backup/run.js';
import type { RunOptions } from '../../src/backup/run-options.js';
import type { Fingerprint } from '../../src/backup/fingerprint/types.js';
import { SchemaHash } from '../../src/backup/fingerprint/schema-hash.js';
import { decodeManifest, type Manifest } from '../../src/backup/manifest.js';
import { run } from '../../src/base/process.js';
import { silentReporter } from '../../src/base/reporter.js';
import { readInputs } from '../../src/inputs/read.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { findPrograms, folderCache } from '../../src/postgres/programs/index.js';
import { Psql } from '../../src/postgres/psql.js';
import type { Programs } from '../../src/postgres/types.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { provideClients } from './clients.js';
import { Listener } from './listener.js';

export interface Backup {
  result: RunResult | undefined;
  /** What the run threw, or the first database's failure. */
  error: unknown;
  said: Listener;
}

/** The fingerprint of what a successful run published, and where. */
export interface Published {
  manifest: Manifest;
  folder: string;
  fingerprint: Fingerprint;
}

const clients = await provideClients();

/** Why no suite with a rig can run here, or undefined. */
export const rigMissing = 'notRun' in clients ? clients.notRun : undefined;

/** The majors of the clients at hand. */
export const clientMajors = 'notRun' in clients ? [] : clients.majors;

/** The clients of a server: its own major, or the nearest newer one at hand. */
function clientMajor(major: number): number {
  return clientMajors.find((client) => client >= major) ?? major;
}

/** A real server, clients for it, a folder to store in, and backups made of it. */
export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'pgkeep-rig-'));
  private readonly sessions: Psql[] = [];

  private constructor(
    readonly server: PostgresServer,
    readonly programs: Programs,
    private readonly cacheDir: string,
  ) {}

  /** @param bin a server's programs; absent: those of the test server of that major */
  static async start(
    major: number,
    config: Record<string, string | number> = {},
    bin?: string,
  ): Promise<Rig> {
    if ('notRun' in clients) throw new Error(clients.notRun);
    const server = await startPostgres({ major, config, ...(bin === undefined ? {} : { bin }) });
    return new Rig(server, await clientsOf(major), clients.cacheDir);
  }

  /** A session that the rig closes. */
  async psql(database = 'postgres', user?: string, password?: string): Promise<Psql> {
    const connection = parseConnection(this.server.url(database, user, password), process.env);
    const settings = { search_path: 'public' };
    const psql = await Psql.open({ programs: this.programs, connection, settings });
    this.sessions.push(psql);
    return psql;
  }

  /** Makes a database and fills it. */
  async database(name: string, ...statements: string[]): Promise<Psql> {
    const admin = await this.psql();
    await admin.exec(`CREATE DATABASE "${name.replaceAll('"', '""')}" TEMPLATE template0`);
    await admin.close();
    const psql = await this.psql(name);
    await psql.exec(...statements);
    return psql;
  }

  /** Fills a database with the test shop. */
  shop(name: string): Promise<Psql> {
    const text = readFileSync(new URL('shop.sql', import.meta.url), 'utf8');
    return this.database(name, ...text.split(/;\n/).filter((sql) => sql.trim() !== ''));
  }

  /** A fresh folder in which backups can be stored. */
  storage(): { folder: string; url: string } {
    const folder = mkdtempSync(join(this.folder, 'store-'));
    return { folder, url: `file://${folder}` };
  }

  /** Runs a backup as an action or the command line does. Never throws. */
  async backup(
    inputs: Record<string, string>,
    options: Partial<Pick<RunOptions, 'signal' | 'env' | 'run' | 'tempDir'>> & { said?: Listener } = {},
  ): Promise<Backup> {
    const said = options.said ?? new Listener();
    const all: Record<string, string> = {
      'postgres-version': String(clientMajor(this.server.major)),
      globals: 'false',
      ...inputs,
    };
    try {
      const result = await runBackup({
        inputs: readInputs('backup', (name) => all[name]),
        env: options.env ?? process.env,
        tempDir: options.tempDir ?? this.folder,
        cache: folderCache(() => this.cacheDir),
        method: 'rootless',
        version: '0.0.0',
        run: options.run ?? {},
        reporter: said,
        signal: options.signal ?? new AbortController().signal,
      });
      return { result, error: result.failures[0]?.error, said };
    } catch (error) {
      return { result: undefined, error, said };
    }
  }

  /** Backs up one database to a fresh folder and reads back what was published. @throws what made the run red. */
  async publish(database: string, inputs: Record<string, string> = {}): Promise<Published & Backup> {
    const { folder, url } = this.storage();
    const run = await this.backup({ 'database-url': this.server.url(database), storage: url, ...inputs });
    if (run.error !== undefined) throw run.error as Error;
    const published = run.result?.results[0];
    if (published === undefined) throw new Error('nothing was published');
    const path = join(folder, published.manifest.name, published.manifest.id);
    const manifest = decodeManifest(readFileSync(join(path, 'manifest.json')), path);
    const fingerprint = manifest.parts.some(({ file }) => file === 'fingerprint.json')
      ? (JSON.parse(readFileSync(join(path, 'fingerprint.json'), 'utf8')) as Fingerprint)
      : (undefined as unknown as Fingerprint);
    return { ...run, manifest, folder: path, fingerprint };
  }

  /** Sessions on the server that are not the caller's own. */
  async foreignSessions(): Promise<string[]> {
    const psql = await this.psql();
    const rows = await psql.rows<{ text: string }>(
      `SELECT coalesce(datname, '') || ' ' || application_name || ' ' || left(query, 100) AS text FROM pg_catalog.pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
         AND pid NOT IN (${[0, ...(await this.ownPids(psql))].join(', ')})`,
    );
    await psql.close();
    return rows.map(({ text }) => text);
  }

  private async ownPids(except: Psql): Promise<number[]> {
    const open = this.sessions.filter((session) => session !== except);
    const pids = await Promise.all(
      open.map((session) => session.value('SELECT pg_catalog.pg_backend_pid()').catch(() => '0')),
    );
    return pids.map(Number);
  }

  async stop(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.close()));
    await this.server.stop('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Programs of the server's major, or the nearest newer one at hand. */
export async function clientsOf(major: number): Promise<Programs> {
  if ('notRun' in clients) throw new Error(clients.notRun);
  return findPrograms({
    major: clientMajor(major),
    cache: folderCache(() => clients.cacheDir),
    reporter: silentReporter,
    env: process.env,
    tempDir: tmpdir(),
    method: 'rootless',
  });
}

/** The server ends a session soon after its client is gone. @throws when one stays */
export async function requireNoSessions(rig: Rig): Promise<void> {
  let left: string[] = [];
  for (let attempt = 0; attempt < 300; attempt += 1) {
    left = await rig.foreignSessions();
    if (left.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`left on the server: ${left.join('; ')}`);
}

/** Waits until the clock shows another second: what is made then has a later id. */
export function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1001 - (Date.now() % 1000)));
}

/** Every file below a folder, as relative paths. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Restores an archive of the custom format with the stock pg_restore into an empty database of the server. */
export async function restore(rig: Rig, published: Published, database: string): Promise<void> {
  const { code, stderr } = await run('sh', ['-c', `${readArchive(published)} | "$PG_RESTORE" -d "$TARGET"`], {
    env: {
      ...process.env,
      ...rig.programs.env,
      PG_RESTORE: rig.programs.path('pg_restore'),
      TARGET: rig.server.url(database),
    },
  });
  // Clients newer than the server set what it does not know.
  const harmless = rig.programs.major > rig.server.major && stderr.includes('errors ignored on restore: 1');
  if (code !== 0 && !harmless) throw new Error(stderr);
}

/** The hash of an archive's own definitions, as a verification makes it. */
export async function archivedSchema(rig: Rig, published: Published): Promise<string> {
  const { stdout, code, stderr } = await run(
    'sh',
    ['-c', `${readArchive(published)} | "$PG_RESTORE" --schema-only -f -`],
    { env: { ...process.env, ...rig.programs.env, PG_RESTORE: rig.programs.path('pg_restore') } },
  );
  if (code !== 0) throw new Error(stderr);
  const hash = new SchemaHash();
  hash.update(stdout);
  return hash.digest();
}

function readArchive({ folder }: Published): string {
  const zst = join(folder, 'database.dump.zst');
  return existsSync(zst) ? `zstd -dcq '${zst}'` : `cat '${join(folder, 'database.dump')}'`;
}
