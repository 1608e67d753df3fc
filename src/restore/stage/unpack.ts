import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { CancelledError, codeOf, UserError } from '../../base/errors.js';
import { start, type Running } from '../../base/process.js';
import { DamagedPartError } from './damaged.js';

/** A program that turns standard input into what is wanted. */
export interface Filter {
  path: string;
  args: readonly string[];
  env?: Record<string, string>;
}

/**
 * Writes bytes to a file of our own, through a program where one is given: its output goes from it to the file and never
 * enters this process.
 */
export async function writeFileThrough(
  plain: AsyncIterable<Uint8Array>,
  target: string,
  { filter, part, signal }: { filter: Filter | undefined; part: string; signal: AbortSignal },
): Promise<void> {
  const file = await open(target, 'wx', 0o600);
  try {
    if (filter === undefined) {
      for await (const chunk of plain) await file.writeFile(chunk);
    } else await feed(plain, filter, { stdout: file.fd, part, signal });
  } catch (error) {
    throw noRoom(error, target);
  } finally {
    await file.close();
  }
}

/** Feeds bytes to a program and waits for its good end. @throws DamagedPartError when it does not like them. */
export async function feed(
  plain: AsyncIterable<Uint8Array>,
  { path, args, env }: Filter,
  { stdout, part, signal }: { stdout: number | 'ignore'; part: string; signal: AbortSignal },
): Promise<void> {
  const child = start(path, args, {
    env: { ...process.env, ...env, LC_ALL: 'C' },
    stdio: ['pipe', stdout, 'pipe'],
    signal,
  });
  let broken: unknown;
  try {
    await pipeline(Readable.from(plain), child.process.stdin as NodeJS.WritableStream);
  } catch (error) {
    // One that ends early takes its standard input with it: its own message tells why.
    if (!['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(codeOf(error) ?? '')) {
      child.stop();
      await child.exit;
      throw error;
    }
    broken = error;
  }
  await requireEnd(child, path, part, signal, broken);
}

async function requireEnd(
  child: Running,
  path: string,
  part: string,
  signal: AbortSignal,
  broken: unknown,
): Promise<void> {
  const { code } = await child.exit;
  if (signal.aborted) throw new CancelledError();
  if (code === 0 && broken === undefined) return;
  const said = child.stderrTail();
  if (/No space left on device/i.test(said)) throw new UserError(`The disk is full. ${said}`);
  throw new DamagedPartError(
    part,
    `${part} cannot be unpacked: ${path} ended with exit code ${code ?? 'none'}. ${said}`.trim(),
    { cause: broken },
  );
}

function noRoom(error: unknown, target: string): unknown {
  const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
  if (!full && !(error instanceof UserError && error.message.startsWith('The disk is full'))) return error;
  return new UserError(
    `The disk filled up while the backup was unpacked to ${target}. Free some space, or set RUNNER_TEMP (TMPDIR on your own machine) to a folder on a bigger disk.`,
    { cause: error },
  );
}
