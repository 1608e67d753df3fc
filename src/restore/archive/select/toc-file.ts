import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.js';
import type { StagedBackup } from '../../types.js';
import { decoderOf, encodingIn } from '../script/encoding.js';

/** An entry of an archive's table of contents, with exact names. */
export interface ExactEntry {
  dumpId: number;
  /** `TABLE`, `FK CONSTRAINT`, ... */
  kind: string;
  /** `orders`; of what belongs to a table `orders orders_pkey`. */
  tag: string;
  schema: string | undefined;
  definition: string;
  /** The dump ids of what must be there first. */
  dependencies: number[];
}

/** What an archive says of itself. */
export interface ArchiveHead {
  database: string;
  /** When it was begun; of the time zone in which pg_dump ran, which it does not say, taken for this machine's. */
  createdAt: Date;
  /** `17.7 (Debian 17.7-1.pgdg12+1)` */
  serverVersion: string;
  dumpVersion: string;
  compression: 'none' | 'gzip' | 'lz4' | 'zstd';
}

export interface TocFile extends ArchiveHead {
  entries: ExactEntry[];
}

/** The versions of archives that PostgreSQL 13 to 18 write, and a few before: 1.12 to 1.16. */
const OLDEST = 12;
const NEWEST = 16;
const FIRST_READ = 1024 * 1024;
/** By their numbers in an archive's head (compress_io.h). */
const METHODS = ['none', 'gzip', 'lz4', 'zstd'] as const;

/**
 * Reads the table of contents out of an archive itself, for `pg_restore --list` writes names unquoted and on one line,
 * by which they are ambiguous. The format is that of PostgreSQL's pg_backup_archiver.c (ReadHead, ReadToc).
 * @throws UserError for an archive of another version, or a damaged one
 */
export async function readTocFile({ format, path }: Pick<StagedBackup, 'format' | 'path'>): Promise<TocFile> {
  const file = await open(format === 'directory' ? join(path, 'toc.dat') : path);
  try {
    const { size } = await file.stat();
    for (let length = Math.min(size, FIRST_READ); ; length = Math.min(size, length * 4)) {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, 0);
      try {
        return new TocReader(buffer.subarray(0, bytesRead), format === 'directory').read();
      } catch (error) {
        if (!(error instanceof EndOfBuffer)) throw error;
        if (length >= size) throw damaged();
      }
    }
  } finally {
    await file.close();
  }
}

/**
 * As `readTocFile`, of an archive in the custom format of which only the beginning is there: its head, and as many
 * entries as are in the buffer.
 */
export function readTocStart(buffer: Buffer): TocFile {
  try {
    return new TocReader(buffer, false).read({ partly: true });
  } catch (error) {
    throw error instanceof EndOfBuffer ? damaged() : error;
  }
}

class EndOfBuffer extends Error {}

function damaged(): UserError {
  return new UserError("The archive's table of contents is damaged. Choose another backup.");
}

class TocReader {
  #at = 0;
  #minor = 0;
  #intSize = 4;
  #offsetSize = 8;
  #decode = decoderOf('UTF8');

  constructor(
    private readonly buffer: Buffer,
    private readonly directory: boolean,
  ) {}

  read({ partly = false } = {}): TocFile {
    const head = this.#head();
    const count = this.#int();
    const entries: ExactEntry[] = [];
    try {
      for (let index = 0; index < count; index += 1) {
        const entry = this.#entry();
        // It comes first; names are in the encoding of the database.
        if (entry.kind === 'ENCODING') this.#decode = decoderOf(encodingIn(entry.definition) ?? 'UTF8');
        entries.push(entry);
      }
    } catch (error) {
      if (!partly || !(error instanceof EndOfBuffer)) throw error;
    }
    return { ...head, entries };
  }

  #head(): ArchiveHead {
    if (this.#bytes(5).toString('latin1') !== 'PGDMP') throw damaged();
    const major = this.#byte();
    this.#minor = this.#byte();
    this.#byte();
    if (major !== 1 || this.#minor < OLDEST || this.#minor > NEWEST)
      throw new UserError(
        `The archive has version ${major}.${this.#minor}, and pgkeep reads 1.${OLDEST} to 1.${NEWEST}. Take a newer pgkeep; pg_restore of the major that made it restores the whole.`,
      );
    this.#intSize = this.#byte();
    this.#offsetSize = this.#byte();
    // The format: 1 for custom; a directory's file says 3, for tar.
    this.#byte();
    // A level of zlib, before other methods came; -1 is its own default.
    const compression =
      this.#minor >= 15 ? (METHODS[this.#byte()] ?? 'none') : this.#int() === 0 ? 'none' : 'gzip';
    const createdAt = this.#time();
    const [database = '', serverVersion = '', dumpVersion = ''] = [this.#text(), this.#text(), this.#text()];
    return { compression, createdAt, database, serverVersion, dumpVersion };
  }

  /** As struct tm has it, which ends with whether it was summer time: the date says that itself. */
  #time(): Date {
    const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0] = Array.from({ length: 7 }, () =>
      this.#int(),
    );
    return new Date(1900 + year, month, day, hour, minute, second);
  }

  #entry(): ExactEntry {
    const dumpId = this.#int();
    this.#int();
    this.#text();
    this.#text();
    const tag = this.#text() ?? '';
    const kind = this.#text() ?? '';
    this.#int();
    const definition = this.#text() ?? '';
    this.#text();
    this.#text();
    const schema = this.#text();
    this.#text();
    if (this.#minor >= 14) this.#text();
    if (this.#minor >= 16) this.#int();
    this.#text();
    this.#text();
    const dependencies: number[] = [];
    for (let id = this.#text(); id !== undefined; id = this.#text()) dependencies.push(Number(id));
    if (this.directory) this.#text();
    else this.#bytes(1 + this.#offsetSize);
    // A schema that an object is not in stands as nothing or as an empty name.
    return { dumpId, kind, tag, schema: schema === '' ? undefined : schema, definition, dependencies };
  }

  #bytes(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.buffer.length) throw new EndOfBuffer();
    const bytes = this.buffer.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #byte(): number {
    return this.#bytes(1)[0] ?? 0;
  }

  #int(): number {
    const negative = this.#byte() !== 0;
    let value = 0;
    let unit = 1;
    for (const byte of this.#bytes(this.#intSize)) {
      value += byte * unit;
      unit *= 256;
    }
    return negative ? -value : value;
  }

  #text(): string | undefined {
    const length = this.#int();
    return length < 0 ? undefined : this.#decode(this.#bytes(length));
  }
}
