import type { Writable } from 'node:stream';
import { UserError } from '../base/errors.js';
import { start, type Running } from '../base/process.js';
import { listArgs } from '../postgres/argv.js';
import { parseToc, type TocEntry } from '../postgres/toc.js';
import type { Programs } from '../postgres/types.js';

export interface Decompressor {
  path: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
}

/**
 * No table of contents. Where pg_dump failed this is only what follows from it, and pg_dump's own error says more.
 */
export class ContentsError extends UserError {}

/** A stream of archive bytes, and the table of contents that `pg_restore --list` reads from its beginning. */
export interface Tapped {
  bytes: AsyncIterable<Uint8Array>;
  toc: Promise<TocEntry[]>;
}

/**
 * Lets pg_restore read the table of contents from the very bytes that are being stored: it stands at the beginning of
 * a custom archive, so pg_restore is done after the first few blocks and the rest passes by.
 */
export function tapContents(
  source: AsyncIterable<Uint8Array>,
  programs: Programs,
  signal: AbortSignal,
  decompressor?: Decompressor,
): Tapped {
  const env = { ...process.env, ...programs.env, LC_ALL: 'C' };
  const unpack =
    decompressor === undefined
      ? undefined
      : start(decompressor.path, decompressor.args, {
          env: { ...process.env, ...decompressor.env },
          stdio: ['pipe', 'pipe', 'pipe'],
          signal,
        });
  const list = start(programs.path('pg_restore'), listArgs(), {
    env,
    stdio: [unpack === undefined ? 'pipe' : unpack.process.stdout, 'pipe', 'pipe'],
    // Where no store can be opened nobody ever reads the bytes, and this would wait for them for ever.
    signal,
  });
  unpack?.process.stdout?.destroy();
  const input = (unpack ?? list).process.stdin as Writable;
  // Once it has the table of contents pg_restore hangs up; that is no error.
  input.on('error', () => undefined);
  const toc = readList(list).finally(() => unpack?.stop());
  // Whoever reads the bytes may fail first; the reason is then theirs to tell.
  toc.catch(() => undefined);
  return { bytes: feed(source, input, list), toc };
}

/** Lets a program read what passes, for as long as it does; once it has what it needs, the rest passes by. */
export async function* feed(
  source: AsyncIterable<Uint8Array>,
  input: Writable,
  list: Running,
): AsyncIterable<Uint8Array> {
  let listening = true;
  void list.exit.then(() => {
    listening = false;
    input.destroy();
  });
  try {
    for await (const chunk of source) {
      if (listening && input.writable && !input.write(chunk)) await drained(input);
      yield chunk;
    }
  } finally {
    input.end();
  }
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.on('drain', done).on('close', done).on('error', done);
  });
}

/** The table of contents of a `directory` archive. */
export async function folderContents(folder: string, programs: Programs): Promise<TocEntry[]> {
  const env = { ...process.env, ...programs.env, LC_ALL: 'C' };
  return readList(start(programs.path('pg_restore'), listArgs(folder), { env }));
}

async function readList(list: Running): Promise<TocEntry[]> {
  const chunks: Buffer[] = [];
  list.process.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise((resolve) => list.process.stdout?.once('close', resolve));
  const exit = await list.exit;
  await closed;
  if (exit.code !== 0) {
    throw new ContentsError(
      `pg_restore cannot read the table of contents of the dump just made, so it would not restore. No backup was published.\n${list.stderrTail()}`,
    );
  }
  return parseToc(Buffer.concat(chunks).toString('utf8'));
}
