import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPrograms, folderCache, installTools } from '../../src/postgres/programs/index.js';
import { silentReporter } from '../../src/base/reporter.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import type { Programs } from '../../src/postgres/types.js';
import type { PostgresServer } from '../servers/postgres.mjs';
import { provideClients } from './clients.js';

const clients = await provideClients();

/** Where the bundle finds clients of every major that this machine can get. */
export const toolCache = 'notRun' in clients ? undefined : clients.cacheDir;
export const clientMajors = 'notRun' in clients ? [] : clients.majors;

/** Whether the clients are there. Says so on standard error where they are not; decide with it at load time. */
export function clientsAreHere(suite: string): boolean {
  if ('notRun' in clients) process.stderr.write(`NOT RUN: ${suite}: ${clients.notRun}\n`);
  return !('notRun' in clients);
}

const options = (): Parameters<typeof installTools>[1] => ({
  cache: folderCache(() => toolCache ?? ''),
  reporter: silentReporter,
  env: process.env,
  tempDir: tmpdir(),
  method: 'rootless',
});

/** The programs for a server's major, or the nearest newer ones at hand. */
export function programsFor(major: number): Promise<Programs> {
  return findPrograms({ ...options(), major });
}

/** The stock `age` and `zstd`. */
export function stockTools(): ReturnType<typeof installTools<'age' | 'zstd'>> {
  return installTools(['age', 'zstd'], options());
}

/** Runs SQL (or a file of it) on a database and returns what it prints. */
export function sql(programs: Programs, url: string, text: string): string {
  const connection = parseConnection(url, process.env);
  const result = spawnSync(
    programs.path('psql'),
    ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', connection.conninfo()],
    { input: text, encoding: 'utf8', env: { ...connection.env, ...programs.env } },
  );
  if (result.status !== 0) throw new Error(`psql: ${result.stderr}`);
  return result.stdout.trim();
}

/** Fills a database of the server with the shop that the tests share. */
export function fillShop(programs: Programs, server: PostgresServer): void {
  sql(programs, server.url(), readFileSync(fileURLToPath(new URL('shop.sql', import.meta.url)), 'utf8'));
}

/** Adds a table to the shop that cannot be compressed: about a kilobyte a row. */
export function addNoise(programs: Programs, server: PostgresServer, rows: number): void {
  sql(
    programs,
    server.url(),
    `CREATE TABLE app.random AS SELECT i, (SELECT string_agg(md5(random()::text || i || j), '') FROM generate_series(1, 30) j) AS t
     FROM generate_series(1, ${rows}) i`,
  );
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pgkeep-e2e-'));
}

/** Every file below a folder, sorted; without the log of runs. */
export function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.includes('/_log/'))
    .sort();
}

/** The error annotations in a step's log. */
export function annotations(log: string): string[] {
  return log.split('\n').filter((line) => line.startsWith('::error'));
}

/** What a reader of the log sees: not the commands that tell the runner what to hide. */
export function visible(log: string): string {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}
