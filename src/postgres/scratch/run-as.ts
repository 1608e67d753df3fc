import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { ServerPrograms } from '../types.js';
import { isolatingPrefix } from './isolation.js';

/** Who runs a scratch server: PostgreSQL refuses root, and restored code must not be able to read what is ours. */
export interface ServerUser {
  /** `self`: as whoever we are, since no other user is to be had. */
  how: 'root' | 'sudo' | 'self';
  name: string | undefined;
  /** Undefined only where the system has no such numbers. */
  ids: { uid: number; gid: number } | undefined;
}

export interface RunAsOptions {
  /** The whole environment of the command. */
  env: Record<string, string>;
  /** In a network of its own. */
  isolated: boolean;
}

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
 * supplementary groups go too: libuv clears them whenever it changes the user, and so does unshare.
 */
export function spawnAs(
  user: ServerUser,
  command: readonly string[],
  { env, isolated, stdio }: RunAsOptions & { stdio: StdioOptions },
): ChildProcess {
  const isolating = isolated ? isolatingPrefix(user, env) : undefined;
  const [program = '', ...args] = [...(isolating ?? prefixOf(user, env)), ...command];
  return spawn(program, args, {
    // What makes the namespaces finds the system's own libraries; it sets the environment of the command.
    env: isolating === undefined ? env : { PATH: env['PATH'] },
    stdio,
    cwd: '/',
    detached: true,
    ...(user.how === 'root' && isolating === undefined ? user.ids : {}),
  });
}

/** Runs a short program as that user. Resolves with what it printed; a program that is not there is exit code 127. */
export function runAs(
  user: ServerUser,
  command: readonly string[],
  { signal, ...options }: RunAsOptions & { signal?: AbortSignal | undefined },
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = spawnAs(user, command, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
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
