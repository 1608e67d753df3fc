import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { CancelledError, UserError } from '../../base/errors.js';
import { run } from '../../base/process.js';
import type { ServerPrograms } from '../types.js';

/** Who runs a scratch server: PostgreSQL refuses root, and restored code must not be able to read what is ours. */
export interface ServerUser {
  /** `self`: as whoever we are, since no other user is to be had. */
  how: 'root' | 'sudo' | 'self';
  name: string | undefined;
  /** With `root`. */
  ids: { uid: number; gid: number } | undefined;
}

export interface Place {
  user: ServerUser;
  /** The folder for the data. */
  folder: string;
}

/** Users that own nothing and, on a runner, may do nothing. */
const CANDIDATES = ['nobody', 'postgres'];

/** Where files that are no RAM disk's may lie on every system (FHS 5.15); users other than ours may reach it. */
const SHARED_TEMP = '/var/tmp';

/** tmpfs and ramfs, as statfs(2) has them. */
const RAM_DISKS = new Set([0x01021994, 0x858458f6]);

const PROBE_MS = 20_000;

/** The whole environment of the server and of what looks after it: nothing of ours but where programs are found. */
export function serverEnv(server: Pick<ServerPrograms, 'env'>): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...server.env,
  };
}

/** The words in front of a command that make it run as that user; empty where the spawning itself does. */
export function prefixOf(user: ServerUser, env: Record<string, string>): string[] {
  if (user.how !== 'sudo' || user.name === undefined) return [];
  // sudo drops LD_LIBRARY_PATH and keeps things of ours, so the environment is made anew behind it.
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['sudo', '-n', '-u', user.name, '--', 'env', '-i', ...variables];
}

/**
 * Starts a program as that user, in a session of its own, so that no signal of our terminal reaches it. As root the
 * supplementary groups go too: libuv clears them whenever it changes the user.
 */
export function spawnAs(
  user: ServerUser,
  command: readonly string[],
  options: { env: Record<string, string>; stdio: StdioOptions },
): ChildProcess {
  const [program = '', ...args] = [...prefixOf(user, options.env), ...command];
  return spawn(program, args, {
    env: options.env,
    stdio: options.stdio,
    cwd: '/',
    detached: true,
    ...(user.ids ?? {}),
  });
}

/** Runs a short program as that user. Resolves with what it printed; a program that is not there is exit code 127. */
export function runAs(
  user: ServerUser,
  command: readonly string[],
  { env, signal }: { env: Record<string, string>; signal?: AbortSignal | undefined },
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = spawnAs(user, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const stop = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(stop, PROBE_MS);
    const end = (code: number): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve({ code, text: text.trim() });
    };
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', (error) => {
      text += error.message;
      end(127);
    });
    child.once('close', (code) => end(code ?? 1));
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Chooses the user and the folder of a scratch server: another user than ours wherever that can be had without asking
 * anyone, in `tempDir`, or in /var/tmp where that user may not enter `tempDir`.
 * @returns the choice and, where it is less than wished for, a sentence that says so.
 * @throws UserError where nobody may run it (we are root, and no other user can reach the programs or the folders).
 */
export async function choosePlace(
  server: ServerPrograms,
  tempDir: string,
  signal: AbortSignal,
): Promise<Place & { note: string | undefined }> {
  const env = serverEnv(server);
  const folders = [tempDir, ...((await isDisk(SHARED_TEMP)) ? [SHARED_TEMP] : [])];
  const users = await otherUsers();
  const refusals: string[] = [];
  for (const user of users) {
    for (const folder of folders) {
      const { code, text } = await runAs(user, probe(server, folder), { env, signal });
      if (signal.aborted) throw new CancelledError();
      if (code === 0) {
        const moved = `The scratch server's files are in ${folder}: its user ${user.name ?? ''} may not enter ${tempDir}.`;
        return { user, folder, note: folder === tempDir ? undefined : moved };
      }
      refusals.push(`${user.name ?? ''}: ${text.split('\n')[0] ?? ''}`);
    }
  }
  if (process.getuid?.() === 0) {
    throw new UserError(
      'The scratch server cannot be started: PostgreSQL refuses to run as root, and no other user can run it here ' +
        `(${refusals.join('; ') || `there is no user ${CANDIDATES.join(' or ')}`}). Let everybody enter the folders ` +
        `that ${server.postgres} and ${tempDir} lie in (\`chmod o+x\`), or run pgkeep as another user.`,
    );
  }
  return {
    user: { how: 'self', name: undefined, ids: undefined },
    folder: tempDir,
    note:
      'The scratch server runs as the same system user as this job, since no other user is to be had without a ' +
      'password: code inside the backup could read what this job can.',
  };
}

async function otherUsers(): Promise<ServerUser[]> {
  const root = process.getuid?.() === 0;
  if (!root && (await run('sudo', ['-n', 'true'], { timeoutMs: PROBE_MS })).code !== 0) return [];
  for (const name of CANDIDATES) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid === undefined || gid === undefined || uid === process.getuid?.()) continue;
    return [{ how: root ? 'root' : 'sudo', name, ids: root ? { uid, gid } : undefined }];
  }
  return [];
}

async function idOf(what: '-u' | '-g', name: string): Promise<number | undefined> {
  const { code, stdout } = await run('id', [what, name]);
  const id = Number(stdout.toString());
  return code === 0 && Number.isInteger(id) && id > 0 ? id : undefined;
}

function probe(server: ServerPrograms, folder: string): string[] {
  const script = 'cd "$1" && "$2" --version && "$3" --version';
  return ['sh', '-c', script, 'sh', folder, server.initdb, server.postgres];
}

async function isDisk(folder: string): Promise<boolean> {
  try {
    return !RAM_DISKS.has((await statfs(folder)).type);
  } catch {
    return false;
  }
}
