import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { CancelledError, codeOf, UserError } from '../../base/errors.js';
import { start, type Exit, type Running } from '../../base/process.js';
import { DamagedPartError } from './damaged.js';
import { diskFull, freeBytes, isFull } from './space.js';

/** A program that turns standard input into standard output, or into files. */
export interface Filter {
  path: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** A disk that less than this is left of is the reason for whatever went wrong on it. */
const AS_GOOD_AS_NOTHING = 1024 * 1024;

/**
 * Writes bytes to a new file of our own, through programs where any are given: what they make goes from one to the next and
 * into the file, and never enters this process.
 * @throws DamagedPartError when a program does not like the bytes.
 */
export async function toFile(
  plain: AsyncIterable<Uint8Array>,
  filters: readonly Filter[],
  { target, part, signal }: { target: string; part: string; signal: AbortSignal },
): Promise<void> {
  const file = await open(target, 'wx', 0o600);
  try {
    await orFull(target, async () => {
      if (filters.length > 0) await feed(plain, filters, { stdout: file.fd, part, signal });
      else for await (const chunk of plain) await file.writeFile(chunk);
    });
  } finally {
    await file.close();
  }
}

/** Does `work`, and tells of a full disk as such, whoever noticed it and however. */
export async function orFull(target: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isFull(error)) throw diskFull(target, error);
    // Not every program says why it could not write.
    const failed = error instanceof DamagedPartError || error instanceof ProgramError;
    if (failed && (/No space left|Disk quota/i.test(error.message) || (await isNearlyFull(target))))
      throw diskFull(target, error);
    throw error;
  }
}

async function isNearlyFull(target: string): Promise<boolean> {
  return (await freeBytes(target)) < AS_GOOD_AS_NOTHING;
}

/** A program that could not do its work, whatever the bytes are. */
class ProgramError extends UserError {}

/**
 * Feeds bytes to the first of some programs, each of which feeds the next, and waits for the good end of all.
 * @throws DamagedPartError when one does not like what it gets.
 */
export async function feed(
  plain: AsyncIterable<Uint8Array>,
  filters: readonly Filter[],
  { stdout, part, signal }: { stdout: number | 'ignore'; part: string; signal: AbortSignal },
): Promise<void> {
  const children: Running[] = [];
  for (const [index, { path, args, env }] of filters.entries()) {
    const before = children.at(-1)?.process.stdout;
    const out = index === filters.length - 1 ? stdout : 'pipe';
    const stdio = [before ?? 'pipe', out, 'pipe'] as const;
    children.push(start(path, args, { env: { ...env, LC_ALL: 'C' }, stdio: [...stdio], signal }));
    // Ours would keep it open when the one that reads it is gone.
    before?.destroy();
  }
  let broken: unknown;
  try {
    await pipeline(Readable.from(plain), children[0]?.process.stdin as NodeJS.WritableStream);
  } catch (error) {
    // One that ends early takes its standard input with it: its own message tells why.
    if (!['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(codeOf(error) ?? '')) {
      for (const child of children) child.stop();
      await Promise.all(children.map((child) => child.exit));
      throw error;
    }
    broken = error;
  }
  const exits = await Promise.all(children.map((child) => child.exit));
  if (signal.aborted) throw new CancelledError();
  requireGoodEnd(
    children.map((child, index) => ({
      path: filters[index]?.path ?? '',
      exit: exits[index] ?? { code: null, signal: null },
      said: child.stderrTail(),
    })),
    part,
    broken,
  );
}

function requireGoodEnd(
  ended: readonly { path: string; exit: Exit; said: string }[],
  part: string,
  broken: unknown,
): void {
  const failed = ended.filter(({ exit }) => exit.code !== 0 && exit.signal !== 'SIGPIPE');
  const cause = broken === undefined ? {} : { cause: broken };
  for (const { path, exit, said } of failed) {
    // As a shell has it: it is not there, or cannot be run.
    if (exit.code === 127 || exit.code === 126)
      throw new ProgramError(
        `${part} cannot be unpacked: ${said}. Install it and put it on the PATH.`,
        cause,
      );
    if (exit.code === null)
      throw new ProgramError(
        `${part} was not unpacked: ${path} was ended by ${exit.signal ?? 'a signal'} from outside.`,
        cause,
      );
  }
  if (failed.length === 0 && broken === undefined) return;
  const how = failed.map(({ path, exit, said }) =>
    `${path} ended with exit code ${exit.code}. ${said}`.trim(),
  );
  const why = how.length === 0 ? 'more follows after its end.' : how.join(' ');
  throw new DamagedPartError(part, `${part} cannot be unpacked: ${why}`, cause);
}
