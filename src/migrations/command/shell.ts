import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { CancelledError } from '../../base/errors.js';
import type { CommandEnd } from '../types.js';
import { readLines } from './lines.js';
import { Tail } from './tail.js';

export interface ShellOptions {
  command: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Milliseconds after which it is ended; undefined: none. */
  limitMs: number | undefined;
  /** What is to be hidden of a line. */
  clean: (line: string) => string;
  /** Gets each line of both outputs, cleaned. */
  onLine: (line: string) => void;
  signal: AbortSignal;
}

/** A shell that stops at the first command that fails, in a pipe too, as steps of a workflow have it. */
const SHELLS = [
  { path: '/bin/bash', args: ['--noprofile', '--norc', '-eo', 'pipefail', '-c'] },
  { path: '/usr/bin/bash', args: ['--noprofile', '--norc', '-eo', 'pipefail', '-c'] },
  { path: '/bin/sh', args: ['-e', '-c'] },
];

const KILL_AFTER_MS = 5000;
/** A process that it left behind may hold its output open; what that would still say is not waited for. */
const OUTPUT_AFTER_MS = 1000;

/** The groups of processes that are running, so that nothing of them outlives us. */
const groups = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of groups) kill(child, 'SIGKILL');
});

/**
 * Runs a command by the shell in a process group of its own, which is ended with it: what it started in the background
 * does not stay. A command that fails is a result.
 * @throws CancelledError
 */
export async function runShell(options: ShellOptions): Promise<CommandEnd> {
  const { command, cwd, env, limitMs, clean, onLine, signal } = options;
  if (signal.aborted) throw new CancelledError();
  const shell = SHELLS.find(({ path }) => existsSync(path)) ?? { path: 'sh', args: ['-e', '-c'] };
  const began = performance.now();
  // A group of its own, so that all that it starts can be ended.
  const child = spawn(shell.path, [...shell.args, command], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  groups.add(child);
  const tail = new Tail();
  const note = (line: string): void => {
    const cleaned = clean(line);
    tail.push(cleaned);
    onLine(cleaned);
  };
  const outputs = [child.stdout, child.stderr].map((stream) => readLines(stream, note));
  let timedOut = false;
  let forced: NodeJS.Timeout | undefined;
  const stop = (): void => {
    kill(child, 'SIGTERM');
    forced ??= setTimeout(() => kill(child, 'SIGKILL'), KILL_AFTER_MS);
  };
  const limit =
    limitMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          stop();
        }, limitMs);
  signal.addEventListener('abort', stop, { once: true });
  const exitCode = await exitOf(child, note);
  const seconds = (performance.now() - began) / 1000;
  clearTimeout(limit);
  await Promise.race([
    Promise.all(outputs),
    new Promise((resolve) => void setTimeout(resolve, OUTPUT_AFTER_MS).unref()),
  ]);
  clearTimeout(forced);
  kill(child, 'SIGKILL');
  groups.delete(child);
  signal.removeEventListener('abort', stop);
  if (signal.aborted) throw new CancelledError();
  const outcome = timedOut ? 'timed out' : outcomeOf(exitCode);
  return { outcome, exitCode, seconds, tail: outcome === 'succeeded' ? [] : tail.lines() };
}

/** 127 is what a shell says of a command that is not there. */
function outcomeOf(exitCode: number | null): CommandEnd['outcome'] {
  if (exitCode === 0) return 'succeeded';
  return exitCode === 127 ? 'not found' : 'failed';
}

/** The exit code; null after a signal. What keeps the shell from starting is a line of output and the code 126. */
function exitOf(child: ChildProcess, note: (line: string) => void): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      note(error.message);
      resolve(126);
    });
    child.once('exit', (code) => resolve(code));
  });
}

/** Ends the whole group. */
function kill(child: ChildProcess, how: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, how);
  } catch {
    // Nothing of it is left.
  }
}
