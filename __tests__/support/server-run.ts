import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerPrograms } from '../../src/postgres/types.js';

/** PostgreSQL refuses to run as root; `nobody` exists everywhere. */
const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/**
 * Makes a cluster with a server's programs, as a user who is not root, with nothing in the environment but what the
 * programs say they need; runs SQL in it, one statement a line, then starts and stops it.
 * @returns what the SQL printed.
 * @throws where a statement fails, or the server does not start or does not stop as it should.
 */
export async function tryServer(server: ServerPrograms, sql: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-try-'));
  try {
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const options = { ...user, env: { ...server.env }, encoding: 'utf8', cwd: folder } as const;
    execFileSync(server.initdb, ['-D', data, '-U', 'postgres', '--no-sync', '--locale=C'], {
      ...options,
      stdio: 'pipe',
    });
    const settings = { listen_addresses: '', unix_socket_directories: folder, fsync: 'off' };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // The single-user mode needs no client; its `-j` wants an empty line after each statement.
    const single = spawnSync(server.postgres, ['--single', '-j', '-D', data, ...args, 'postgres'], {
      ...options,
      input: sql.map((statement) => `${statement};\n\n`).join(''),
    });
    // It goes on after an error, and its exit code does not tell.
    if (single.status !== 0 || /ERROR|FATAL|PANIC/.test(single.stderr)) throw new Error(single.stderr);
    const child = spawn(server.postgres, ['-D', data, ...args], { ...options, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const pidFile = join(data, 'postmaster.pid');
    while (!(existsSync(pidFile) && readFileSync(pidFile, 'utf8').includes('ready'))) {
      if (child.exitCode !== null) throw new Error(`${server.postgres} ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill('SIGINT');
    const code = await ended;
    if (code !== 0) throw new Error(`${server.postgres} stopped with ${code}`);
    return single.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
