import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, listening, PASSWORD, type PostgresServer } from '../servers/postgres.mjs';

const NOBODY = 65534;
const asUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Where the machine has PgBouncer, or undefined. */
export const pgbouncerProgram = [
  ...(process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'pgbouncer')),
  '/usr/sbin/pgbouncer',
].find((path) => existsSync(path));

export interface Pooler {
  url(database?: string): string;
  stop(): Promise<void>;
}

/** Starts a real PgBouncer before `server`, as `postgres` with its password. */
export async function startPgbouncer(
  server: PostgresServer,
  mode: 'session' | 'transaction' | 'statement',
  settings: Record<string, string | number> = {},
): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-pgbouncer-'));
  const port = await freePort();
  const users = join(folder, 'users');
  writeFileSync(users, `"postgres" "${PASSWORD}"\n`);
  const log = join(folder, 'log');
  const ini = join(folder, 'pgbouncer.ini');
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: mode,
    default_pool_size: 5,
    ...settings,
  };
  writeFileSync(
    ini,
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\n${Object.entries(all)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join('')}`,
  );
  chmodSync(folder, 0o755);
  if (asUser.uid !== undefined) for (const path of [folder, users, ini]) chownSync(path, NOBODY, NOBODY);
  const child = spawn('sh', ['-c', 'exec "$0" "$1" >"$2" 2>&1', pgbouncerProgram ?? 'pgbouncer', ini, log], {
    ...asUser,
    stdio: 'ignore',
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    if (child.exitCode === null && child.signalCode === null) kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listening(port);
  } catch (cause) {
    const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
    await stop();
    throw new Error(`PgBouncer did not start:\n${text}`, { cause });
  }
  return {
    url: (database = 'postgres') =>
      `postgresql://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`,
    stop,
  };
}
