import { createReadStream } from 'node:fs';
import { CancelledError, UserError } from '../../../base/errors.js';
import type { Piece } from './piece.js';
import { ScriptScanner } from './scanner.js';

/** The pieces of a script. @throws UserError when it ends in the middle of a statement or of data */
export async function* piecesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Piece> {
  const scanner = new ScriptScanner();
  for await (const chunk of stream) yield* scanner.push(chunk as Buffer);
  yield* scanner.end();
  if (scanner.open)
    throw new UserError(
      'The dump ends in the middle of a statement: the archive is damaged. Choose another backup.',
    );
}

/** The pieces of a plain dump on disk. @throws UserError, CancelledError */
export async function* piecesOfFile(path: string, signal: AbortSignal): AsyncGenerator<Piece> {
  if (signal.aborted) throw new CancelledError();
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const stop = (): void => void file.destroy(new CancelledError());
  signal.addEventListener('abort', stop, { once: true });
  try {
    yield* piecesOf(file);
  } finally {
    signal.removeEventListener('abort', stop);
    file.destroy();
  }
}
