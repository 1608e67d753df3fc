import { mkdtemp, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { join } from 'node:path';
import { messageOf, UserError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import { ContentsError, feed, folderContents, tapContents } from '../backup/contents.js';
import { start as startProgram } from '../base/process.js';
import { findPrograms, type FindOptions } from '../postgres/programs/index.js';
import { majorOf } from '../postgres/server.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Programs } from '../postgres/types.js';
import { encodingIn, readTocFile, type TocFile } from '../restore/archive/index.js';
import { DamagedPartError } from '../restore/stage/damaged.js';
import { unpackFolder } from '../restore/stage/folder.js';
import { freeBytes } from '../restore/stage/space.js';
import type { Filter } from '../restore/stage/unpack.js';
import { contentOf, createdDatabase, plainVersion, UNKNOWN_LOCALE, type DumpFacts } from './facts.js';

/** How a dump is read. */
export interface Reading {
  /** The name for messages. */
  file: string;
  find: FindOptions;
  signal: AbortSignal;
}

/**
 * Reads an archive in the custom format to its end, by the pg_restore that reads it when it is restored: it unpacks all
 * rows and throws the SQL away.
 * @param start what its beginning says
 * @throws UserError when pg_restore does not like it
 */
export async function readCustomDump(
  archive: AsyncIterable<Uint8Array>,
  start: TocFile,
  reading: Reading,
): Promise<DumpFacts> {
  const { file, signal } = reading;
  const programs = await readers(start, reading);
  const tapped = tapContents(archive, programs, signal);
  const { path, args, env } = reader(programs, []);
  const child = startProgram(path, args, { env, stdio: ['pipe', 'ignore', 'pipe'], signal });
  const input = child.process.stdin as Writable;
  // It hangs up behind the last rows, which need not be the end of the file.
  input.on('error', () => undefined);
  try {
    for await (const chunk of feed(tapped.bytes, input, child)) void chunk;
    const { code } = await child.exit;
    if (code !== 0) throw damaged(file, child.stderrTail());
    return factsOf(start, await tapped.toc, 'custom');
  } catch (error) {
    throw error instanceof ContentsError ? damaged(file, child.stderrTail(), error) : error;
  } finally {
    child.stop();
    await child.exit;
  }
}

/**
 * Reads an archive in the directory format that is packed as a backup's is. It is unpacked for that, since pg_restore
 * reads a folder.
 * @param packedBytes what it may take on disk, at least
 */
export async function readDirectoryDump(
  packed: AsyncIterable<Uint8Array>,
  packedBytes: number,
  reading: Reading,
): Promise<DumpFacts> {
  const { file, signal, find } = reading;
  const free = await freeBytes(find.tempDir);
  if (free < packedBytes)
    throw new UserError(
      `Not enough disk space: ${file} is unpacked to be read and takes ${formatBytes(packedBytes)} or more in ${find.tempDir}, and ${formatBytes(free)} are free. Set TMPDIR to a folder on a bigger disk.`,
    );
  const parent = await mkdtemp(join(find.tempDir, 'pgkeep-import-'));
  const folder = join(parent, 'database.dir');
  try {
    await unpackFolder(packed, [], { target: folder, part: file, env: find.env, signal });
    const start = await readTocFile({ format: 'directory', path: folder });
    const programs = await readers(start, reading);
    const { path, args, env } = reader(programs, [folder]);
    const child = startProgram(path, args, { env, stdio: ['ignore', 'ignore', 'pipe'], signal });
    if ((await child.exit).code !== 0) throw damaged(file, child.stderrTail());
    return factsOf(start, await folderContents(folder, programs), 'directory');
  } catch (error) {
    if (error instanceof DamagedPartError || error instanceof ContentsError)
      throw damaged(file, messageOf(error), error);
    throw error;
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

function readers({ dumpVersion }: TocFile, { find }: Reading): Promise<Programs> {
  return findPrograms({ ...find, major: majorOf(dumpVersion) });
}

const reader = (programs: Programs, operands: readonly string[]): Filter => ({
  path: programs.path('pg_restore'),
  args: ['--file=/dev/null', ...operands],
  env: { ...process.env, ...programs.env },
});

function damaged(file: string, said: string, cause?: unknown): UserError {
  return new UserError(
    `${file} is damaged or cut off: pg_restore cannot read it to its end. ${said} Import another copy.`,
    cause === undefined ? {} : { cause },
  );
}

const ROWS = /^(TABLE DATA|SEQUENCE SET|BLOBS?|BLOB DATA|LARGE OBJECTS?) /;
/** The database itself, and what is said of it: they are in an archive of rows alone, too. */
const OF_DATABASE = /^(DATABASE|DATABASE PROPERTIES|(ACL|COMMENT|SECURITY LABEL) - DATABASE) /;
const TABLE = /^TABLE (?!DATA |ATTACH )/;

function factsOf(start: TocFile, toc: readonly TocEntry[], format: 'custom' | 'directory'): DumpFacts {
  const { entries } = start;
  const definition = (kind: string): string => entries.find((entry) => entry.kind === kind)?.definition ?? '';
  const created = createdDatabase(definition('DATABASE'));
  const tables = toc.filter(({ text }) => TABLE.test(text)).length;
  const content = contentOf({
    definitions: toc.some(({ text }) => !ROWS.test(text) && !OF_DATABASE.test(text)),
    tables: tables > 0,
    rows: toc.some(({ text }) => ROWS.test(text)),
  });
  return {
    format,
    content,
    database: start.database,
    createdAt: start.createdAt,
    server: {
      version: plainVersion(start.serverVersion),
      encoding: encodingIn(definition('ENCODING')) ?? 'UTF8',
      ...(created?.locale ?? UNKNOWN_LOCALE),
      collationVersion: null,
    },
    pgDump: plainVersion(start.dumpVersion),
    compression: start.compression,
    createsDatabase: created !== undefined,
    tables,
  };
}
