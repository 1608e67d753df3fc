import { mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../base/errors.js';
import { start } from '../base/process.js';
import type { Reporter } from '../base/reporter.js';
import { formatBytes } from '../base/units.js';
import type { CompressionPlan } from '../codec/compression.js';
import { dumpArgs, type DumpOptions } from '../postgres/argv.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Connection, Programs } from '../postgres/types.js';
import { folderContents, tapContents, type Tapped } from './contents.js';
import { requireSuccess, startDump, type Dump } from './dump.js';

export interface ArchiveRequest {
  programs: Programs;
  connection: Connection;
  dump: Omit<DumpOptions, 'compressionArgs' | 'folder'>;
  compression: CompressionPlan;
  /** Where a `directory` dump is staged. */
  tempDir: string;
  databaseBytes: number | null;
  reporter: Reporter;
  signal: AbortSignal;
  onTable?: (name: string) => void;
}

/** A dump in one of the three formats, as one stream of bytes. */
export interface Archive {
  /** Ends normally only when every program behind it succeeded. Must be read to the end, or `stop` called. */
  bytes: AsyncIterable<Uint8Array>;
  toc: Promise<TocEntry[]>;
  /** pg_dump holds all its locks. */
  locked: Promise<void>;
  /** pg_dump has ended, however it did, and has given its locks back. */
  ended: Promise<void>;
  warnings: string[];
  /** Ends what still runs and removes what was staged on disk; resolves when that is done. Safe at any time, and twice. */
  stop(): Promise<void>;
}

/** Starts the dump. */
export async function startArchive(request: ArchiveRequest): Promise<Archive> {
  switch (request.dump.format) {
    case 'custom':
      return customArchive(request);
    case 'plain':
      return plainArchive(request);
    case 'directory':
      return directoryArchive(request);
  }
}

function begin(request: ArchiveRequest, dump: DumpOptions, compressor?: CompressionPlan['program']): Dump {
  const { programs, connection, reporter, signal, onTable } = request;
  return startDump({
    programs,
    connection,
    args: dumpArgs(dump),
    reporter,
    signal,
    ...(compressor === undefined ? {} : { compressor }),
    ...(onTable === undefined ? {} : { onTable }),
  });
}

function customArchive(request: ArchiveRequest): Archive {
  const { program, pgDumpArgs } = request.compression;
  const dump = begin(request, { ...request.dump, compressionArgs: pgDumpArgs }, program);
  const decompressor = program === undefined ? undefined : { ...program, args: ['-dcq'] };
  const tapped = tapContents(dump.bytes, request.programs, request.signal, decompressor);
  const stop = async (): Promise<void> => {
    await Promise.all([dump.stop(), tapped.toc.catch(() => undefined)]);
  };
  return { ...dump, ...tapped, stop };
}

/**
 * A plain dump has no table of contents. The one of a custom dump of the same selection in the same snapshot says
 * what it holds; that second dump is stopped as soon as it has told.
 */
function plainArchive(request: ArchiveRequest): Archive {
  const { program, pgDumpArgs } = request.compression;
  const dump = begin(request, { ...request.dump, compressionArgs: pgDumpArgs }, program);
  const twin = begin(
    { ...request, onTable: () => undefined },
    { ...request.dump, format: 'custom', compressionArgs: ['-Z0'] },
  );
  const toc = firstContents(tapContents(twin.bytes, request.programs, request.signal)).finally(() =>
    twin.stop(),
  );
  toc.catch(() => undefined);
  const stop = async (): Promise<void> => {
    await Promise.all([twin.stop(), dump.stop(), toc.catch(() => undefined)]);
  };
  return { ...dump, toc, stop };
}

/** Reads just as much as the table of contents needs. */
async function firstContents(tapped: Tapped): Promise<TocEntry[]> {
  let known = false;
  const mark = tapped.toc.then(
    () => (known = true),
    () => (known = true),
  );
  const iterator = tapped.bytes[Symbol.asyncIterator]();
  while (!known) {
    const next = await Promise.race([iterator.next(), mark.then(() => undefined)]);
    if (next === undefined || next.done === true) break;
  }
  void iterator.return?.().catch(() => undefined);
  return tapped.toc;
}

/** pg_dump writes the folder, in parallel where asked to; then tar packs it into one stream. */
async function directoryArchive(request: ArchiveRequest): Promise<Archive> {
  await requireSpace(request);
  const parent = await mkdtemp(join(request.tempDir, 'pgkeep-'));
  const folder = join(parent, 'database.dir');
  const dump = begin(request, { ...request.dump, compressionArgs: request.compression.pgDumpArgs, folder });
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

/** Compressed dumps are mostly a third of the database or less; half is asked for, to be on the safe side. */
async function requireSpace(request: ArchiveRequest): Promise<void> {
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
