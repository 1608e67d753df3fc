// Starts a real PostgreSQL server of a given major in a temporary folder, on a free port and a private socket.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
  appendFileSync,
  chmodSync,
} from 'node:fs';
import { createServer, createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installServers } from './install.mjs';

/** PostgreSQL refuses to run as root; `nobody` exists everywhere. */
const NOBODY = 65534;
const asUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

export const PASSWORD = 'pa:ss@w#rd&100%/?';

function finished(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...asUser, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${program}: exit ${code}\n${text}`)),
    );
  });
}

/**
 * A port nobody listens on at this moment, of those below what the system gives out by itself (on Linux from 32768 on):
 * until it is used, no connection or server that takes any port can take this one.
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Waits until something accepts connections on the port of 127.0.0.1. */
export async function listening(port, seconds = 60) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const ok = await new Promise((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (ok) return;
    if (Date.now() > until) throw new Error(`nothing listens on port ${port} after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/**
 * Waits until the server of a data folder says that it is ready, which a connection to its port would not tell from
 * another server there. @throws with its log where it ends instead
 */
async function ready(server, data, log) {
  const pidFile = join(data, 'postmaster.pid');
  const status = () => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n')[7]?.trim() : '');
  const until = Date.now() + 60_000;
  while (status() !== 'ready') {
    const over = server.exitCode !== null || server.signalCode !== null;
    if (over || Date.now() > until) throw new Error(readFileSync(log, 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Starts a server.
 * @param {{major: number, config?: Record<string, string|number>, initdb?: string[], bin?: string}} options
 * `bin`: a server's programs; default: those that `installServers` installs, of `major`.
 * @returns {Promise<{major: number, port: number, folder: string, socket: string, log: string, pid: number,
 *   url: (database?: string, user?: string, password?: string) => string, stop: (how?: NodeJS.Signals) => Promise<void>}>}
 * `stop('SIGQUIT')` is the crash of a server.
 */
export async function startPostgres({ major, config = {}, initdb = [], bin }) {
  bin ??= join(await installServers(), 'node_modules', `pg${major}`, 'native', 'bin');
  const folder = mkdtempSync(join(tmpdir(), `pgkeep-pg${major}-`));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  if (asUser.uid !== undefined) for (const path of [folder, passwordFile]) chownSync(path, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  const locale = initdb.some((arg) => arg.startsWith('--locale') || arg.startsWith('--lc-'))
    ? []
    : ['--locale=C'];
  await finished(join(bin, 'initdb'), [
    ...[
      '-D',
      data,
      '-U',
      'postgres',
      '--encoding=UTF8',
      '--no-sync',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
    ],
    ...locale,
    ...initdb,
  ]);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    max_connections: 60,
    ...config,
  };
  appendFileSync(
    join(data, 'postgresql.conf'),
    Object.entries(settings)
      .map(([key, value]) => `${key} = '${String(value).replaceAll("'", "''")}'\n`)
      .join(''),
  );
  const log = join(folder, 'log');
  let port;
  let server;
  let ended;
  const onExit = () => {
    server?.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', onExit);
  for (;;) {
    port = await freePort();
    appendFileSync(join(data, 'postgresql.conf'), `port = ${port}\n`);
    server = spawn('sh', ['-c', 'exec "$0" -D "$1" >"$2" 2>&1', join(bin, 'postgres'), data, log], {
      ...asUser,
      stdio: 'ignore',
    });
    ended = new Promise((resolve) => server.once('exit', resolve));
    try {
      await ready(server, data, log);
      break;
    } catch (error) {
      // Another suite's server was faster.
      if (/Address already in use/.test(error.message)) continue;
      server.kill('SIGKILL');
      throw new Error(`PostgreSQL ${major} did not start:\n${error.message}`, { cause: error });
    }
  }
  return {
    major,
    port,
    folder,
    socket: folder,
    log,
    pid: server.pid,
    url: (database = 'postgres', user = 'postgres', password = PASSWORD) =>
      `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: async (how = 'SIGINT') => {
      process.removeListener('exit', onExit);
      if (server.exitCode === null && server.signalCode === null) server.kill(how);
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
