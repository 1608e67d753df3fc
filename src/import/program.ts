import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CancelledError, codeOf, UserError } from '../base/errors.js';
import { start } from '../base/process.js';
import type { Filter } from '../restore/stage/unpack.js';

/** The program ended before it had read all, which its exit code tells more of. */
const OF_THE_PIPE = ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'];

/**
 * What a program makes of bytes. Ends normally only once the program exited with 0; whoever reads no further ends it.
 * @param file the name for messages
 * @throws UserError when the program does not like the bytes, or what the source threw
 */
export async function* through(
  source: AsyncIterable<Uint8Array>,
  { path, args, env }: Filter,
  { file, signal }: { file: string; signal: AbortSignal },
): AsyncIterable<Uint8Array> {
  const child = start(path, args, {
    env: { ...env, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
  });
  const gone = new AbortController();
  let failure: unknown;
  const fed = pipeline(Readable.from(source), child.process.stdin as NodeJS.WritableStream, {
    signal: gone.signal,
  }).catch((error: unknown) => {
    failure = error;
    // It would take what came so far for all.
    child.stop();
  });
  try {
    for await (const chunk of child.process.stdout as Readable) yield chunk as Uint8Array;
    const exit = await child.exit;
    await fed;
    if (signal.aborted) throw new CancelledError();
    if (failure !== undefined && !OF_THE_PIPE.includes(codeOf(failure) ?? '')) throw failure as Error;
    if (exit.code !== 0)
      throw new UserError(
        `${file} is damaged or cut off: ${path} ended with ${exit.code === null ? String(exit.signal) : `exit code ${exit.code}`}. ${child.stderrTail()} Import another copy.`,
      );
    if (failure !== undefined) throw failure as Error;
  } finally {
    child.stop();
    gone.abort();
    await child.exit;
    await fed;
  }
}
