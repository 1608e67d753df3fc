import { mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../base/errors.js';
import { start } from '../base/process.js';
import { formatBytes } from '../base/units.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Programs } from '../postgres/types.js';
import { beginDump, type Archive, type ArchiveRequest } from './archive-request.js';
import { folderContents } from './contents.js';
import { requireSuccess } from './dump.js';

/** pg_dump writes the folder, in parallel where asked to; then tar packs it into one stream. */
export async function directoryArchive(request: ArchiveRequest): Promise<Archive> {
  await requireSpace(request);
  const parent = await mkdtemp(join(request.tempDir, 'pgkeep-'));
  const folder = join(parent, 'database.dir');
  const dump = beginDump(request, {
    ...request.dump,
    compressionArgs: request.compression.pgDumpArgs,
    folder,
  });
  const dumped = drain(dump.bytes);
  dumped.catch(() => undefined);
  const toc = writtenContents(folder, request.programs, dumped);
  toc.catch(() => undefined);
  const stop = async (): Promise<void> => {
    await dump.stop();
    // Both still use the folder.
    await Promise.allSettled([dumped, toc]);
    await rm(parent, { recursive: true, force: true });
  };
  return { ...dump, toc, bytes: packed(request, parent, dumped, toc), stop };
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) void chunk;
}

/** The table of contents of a folder that pg_dump is filling: it is the first file to be finished. */
async function writtenContents(
  folder: string,
  programs: Programs,
  dumped: Promise<void>,
): Promise<TocEntry[]> {
  let done = false;
  void dumped.then(
    () => (done = true),
    () => (done = true),
  );
  for (;;) {
    const last = done;
    const file = await stat(join(folder, 'toc.dat')).catch(() => undefined);
    if (last || (file !== undefined && file.size > 0)) {
      try {
        return await folderContents(folder, programs);
      } catch (error) {
        if (last) throw error;
      }
    }
    await Promise.race([dumped.catch(() => undefined), sleep(100)]);
  }
}

async function* packed(
  request: ArchiveRequest,
  parent: string,
  dumped: Promise<void>,
  toc: Promise<unknown>,
): AsyncIterable<Uint8Array> {
  const { reporter, signal, connection } = request;
  const { program } = request.compression;
  try {
    await dumped;
    const options = { env: process.env, signal, onStderr: (line: string) => reporter.output('tar', line) };
    const tar = start('tar', ['-C', parent, '-cf', '-', 'database.dir'], options);
    const last =
      program === undefined
        ? tar
        : start(program.path, program.args, {
            ...options,
            env: { ...process.env, ...program.env },
            stdio: [tar.process.stdout, 'pipe', 'pipe'],
          });
    if (last !== tar) tar.process.stdout?.destroy();
    try {
      for await (const chunk of last.process.stdout as Readable) yield chunk as Uint8Array;
      requireSuccess({ connection, signal }, tar, await tar.exit, 'tar');
      if (last !== tar) requireSuccess({ connection, signal }, last, await last.exit, 'The compressor');
    } finally {
      tar.stop();
      last.stop();
    }
  } finally {
    // Both still use the folder.
    await Promise.allSettled([dumped, toc]);
    await rm(parent, { recursive: true, force: true });
  }
}

/**
 * Compressed dumps are mostly a third of the database or less; half is asked for, to be on the safe side.
 * @throws UserError when there is not enough.
 */
export async function requireSpace(
  request: Pick<ArchiveRequest, 'compression' | 'databaseBytes' | 'tempDir' | 'reporter'>,
): Promise<void> {
  const share = request.compression.method === 'none' ? 1 : 0.5;
  const needed = Math.ceil((request.databaseBytes ?? 0) * share);
  const { bavail, bsize } = await statfs(request.tempDir);
  const free = bavail * bsize;
  request.reporter.info(
    `A directory dump is staged on disk: up to ${formatBytes(needed)} in ${request.tempDir}, where ${formatBytes(free)} are free.`,
  );
  if (free < needed) {
    throw new UserError(
      `Not enough disk space for a directory dump: it may need ${formatBytes(needed)} in ${request.tempDir}, and ${formatBytes(free)} are free. Use format: custom, which needs no disk space, or a bigger runner.`,
    );
  }
}
