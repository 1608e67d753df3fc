import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CancelledError, codeOf, UserError } from './errors.js';

/** How a program ended: its exit code, or the signal that ended it. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** The child's whole environment. */
  env: NodeJS.ProcessEnv;
  stdio?: StdioOptions;
  cwd?: string;
  /** Ends the program (SIGTERM, then SIGKILL after two seconds) when aborted. */
  signal?: AbortSignal;
  /** Gets each line of standard error, which must be piped. */
  onStderr?: (line: string) => void;
}

/** A program that is running. */
export interface Running {
  readonly process: ChildProcess;
  /** Resolves, never rejects once started, when the program has ended and its standard error was read to the end. */
  readonly exit: Promise<Exit>;
  /** The last lines of standard error, for the message of a failure. */
  stderrTail(): string;
  /** SIGTERM, then SIGKILL after two seconds. */
  stop(): void;
}

const TAIL_LINES = 40;
const KILL_AFTER_MS = 2000;

/** The programs that are running now, so that nothing outlives us whatever way we end. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a program. A program that is not there makes `exit` resolve with code 127, as a shell has it,
 * with the reason on the standard error tail.
 */
export function start(program: string, args: readonly string[], options: StartOptions): Running {
  const child = spawn(program, args, {
    env: options.env,
    stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  running.add(child);
  const tail: string[] = [];
  const note = (line: string): void => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    options.onStderr?.(line);
  };
  const stderrEnd =
    child.stderr === null
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          const lines = createInterface({
            input: child.stderr as NodeJS.ReadableStream,
            crlfDelay: Infinity,
          });
          lines.on('line', note).on('close', resolve);
        });

  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    timer ??= setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  };
  const ended = new Promise<Exit>((resolve) => {
    // Not `once`: each signal that a program of another user refuses (apt under sudo) is an error of its own.
    child.on('error', (error) => {
      if (child.pid !== undefined) return;
      note(`${program}: ${codeOf(error) === 'ENOENT' ? 'not found' : error.message}`);
      resolve({ code: codeOf(error) === 'EACCES' ? 126 : 127, signal: null });
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const exit = ended.then(async (result) => {
    clearTimeout(timer);
    running.delete(child);
    options.signal?.removeEventListener('abort', stop);
    // A grandchild may hold the pipe open; what it would still say is not worth waiting for.
    await Promise.race([stderrEnd, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    return result;
  });
  if (options.signal?.aborted === true) stop();
  else options.signal?.addEventListener('abort', stop, { once: true });
  return { process: child, exit, stderrTail: () => tail.join('\n'), stop };
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  signal?: AbortSignal;
  /** Written to standard input, which is then closed. */
  input?: string | Uint8Array;
  /** The program is stopped and the call fails after this long. Default: ten minutes. */
  timeoutMs?: number;
  onStderr?: (line: string) => void;
}

export interface RunResult extends Exit {
  stdout: Buffer;
  stderr: string;
}

/**
 * Runs a short command to its end and returns what it printed; any exit code is a result, not an error.
 * @throws UserError after the timeout, or when a process that it left behind holds its output open; CancelledError when the signal aborted.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 600_000);
  const child = start(program, args, {
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.onStderr === undefined ? {} : { onStderr: options.onStderr }),
  });
  const chunks: Buffer[] = [];
  child.process.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const stdoutEnd = new Promise<void>((resolve) => {
    if (child.process.stdout === null) resolve();
    else child.process.stdout.once('close', resolve);
  });
  // A program that ends without reading its input is judged by its exit code, not by our broken pipe.
  child.process.stdin?.on('error', () => undefined).end(options.input);
  const exit = await child.exit;
  const whole = await Promise.race([
    stdoutEnd.then(() => true),
    new Promise<false>((resolve) => setTimeout(resolve, 500, false).unref()),
  ]);
  if (options.signal?.aborted === true) throw new CancelledError();
  if (timeout.aborted)
    throw new UserError(
      `${program} did not finish within ${(options.timeoutMs ?? 600_000) / 1000} s and was stopped.`,
    );
  if (!whole)
    throw new UserError(
      `${program} ended, but a process that it started holds its output open, so what it printed may be incomplete.`,
    );
  return { ...exit, stdout: Buffer.concat(chunks), stderr: child.stderrTail() };
}
