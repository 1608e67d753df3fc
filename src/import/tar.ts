import { basename } from 'node:path';
import { UserError } from '../base/errors.js';

const BLOCK = 512;
/** Where things stand in a header: the name, the size, the checksum, the type, and the part of the path before the name. */
const NAME = { at: 0, length: 100 };
const SIZE = { at: 124, length: 12 };
const SUM = { at: 148, length: 8 };
const TYPE = 156;
const PREFIX = { at: 345, length: 155 };
/** The folder that a backup in the directory format is packed in. */
const FOLDER = 'database.dir';

/**
 * Makes the archive of a `directory` backup out of any tar archive of a dump: pg_dump's own (`-Ft`), whose files unpack
 * to a dump in the directory format but lie in no folder, or that of such a folder. The bytes of the files stay as they
 * are. Since PostgreSQL 16 the lists of large objects are called one thing by the files and another by the table of
 * contents of a tar archive (`blobs_17.toc`, `17.dat`), so they get both names.
 * @param file the name for messages
 * @throws UserError, as it runs, for an archive that holds anything but plain files, or is cut off
 */
export async function* asDirectoryTar(
  source: AsyncIterable<Uint8Array>,
  file: string,
): AsyncIterable<Uint8Array> {
  const blocks = new Blocks(source);
  const names: string[] = [];
  for (;;) {
    const header = await blocks.take(BLOCK);
    if (header === undefined) throw cutOff(file);
    if (header.every((byte) => byte === 0)) break;
    const size = sizeOf(header, file);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    const name = nameOf(header, size, file);
    if (name !== undefined) names.push(name);
    const large = /^blobs_(\d+)\.toc$/.exec(name ?? '');
    if (name !== undefined && large !== null) {
      const list = await blocks.take(padded);
      if (list === undefined) throw cutOff(file);
      yield renamed(header, name, file);
      yield list;
      yield renamed(header, `${large[1]}.dat`, file);
      yield list;
      continue;
    }
    if (name !== undefined) yield renamed(header, name, file);
    for (let left = padded; left > 0;) {
      const bytes = await blocks.some(left);
      if (bytes === undefined) throw cutOff(file);
      left -= bytes.length;
      if (name !== undefined) yield bytes;
    }
  }
  if (!names.includes('toc.dat')) throw noDump(file, names);
  // What a tar program adds behind its end is nothing but padding.
  for (let rest = await blocks.some(Infinity); rest !== undefined; rest = await blocks.some(Infinity));
  yield Buffer.alloc(2 * BLOCK);
}

function cutOff(file: string): UserError {
  return new UserError(`${file} is cut off: the tar archive has no end. Import another copy.`);
}

function noDump(file: string, names: readonly string[]): UserError {
  const some = names.slice(0, 3).map((name) => JSON.stringify(name));
  return new UserError(
    `${file} is a tar archive without a toc.dat, so it is no dump itself. If there are dumps in it (${some.join(', ')}${names.length > 3 ? ', ...' : ''}), unpack it with \`tar -xf\`, and import those.`,
  );
}

function field(header: Buffer, { at, length }: { at: number; length: number }): string {
  return header
    .subarray(at, at + length)
    .toString('latin1')
    .replace(/\0.*$/s, '');
}

/** In octal digits, or, of more than 8 GiB, in bytes behind one of 128 (GNU). */
function sizeOf(header: Buffer, file: string): number {
  const bytes = header.subarray(SIZE.at, SIZE.at + SIZE.length);
  if (bytes[0] === 0x80) return Number(bytes.readBigUInt64BE(SIZE.length - 8));
  const text = field(header, SIZE).trim();
  if (!/^[0-7]+$/.test(text)) throw new UserError(`${file} is damaged: a header of the tar archive is none.`);
  return parseInt(text, 8);
}

/** What a file of the archive is called in the folder of a backup; undefined for what has no place there. */
function nameOf(header: Buffer, size: number, file: string): string | undefined {
  const type = String.fromCharCode(header[TYPE] ?? 0);
  // Folders, and what some programs note of times and owners.
  if (type === '5' || (/^[xg]$/.test(type) && size <= BLOCK)) return undefined;
  const path = [field(header, PREFIX), field(header, NAME)].filter((part) => part !== '').join('/');
  if (type !== '0' && type !== '\0')
    throw new UserError(
      `${file} holds ${JSON.stringify(path)}, which is no plain file of a dump. Unpack it, and import the folder that has toc.dat in it.`,
    );
  return basename(path);
}

function renamed(original: Buffer, base: string, file: string): Buffer {
  const name = `${FOLDER}/${base}`;
  if (name.length > NAME.length)
    throw new UserError(`${file} holds ${JSON.stringify(base)}, which is no file of a dump.`);
  const header = Buffer.from(original);
  header.fill(0, NAME.at, NAME.at + NAME.length).write(name, NAME.at, 'latin1');
  header.fill(0, PREFIX.at, PREFIX.at + PREFIX.length);
  header.fill(' ', SUM.at, SUM.at + SUM.length);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, SUM.at, 'latin1');
  return header;
}

/** Takes a stream apart in pieces of a wanted size. */
class Blocks {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; undefined where there are fewer. */
  async take(length: number): Promise<Buffer | undefined> {
    while (this.#held.length < length) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#held = Buffer.concat([this.#held, next.value]);
    }
    return this.#cut(length);
  }

  /** At most so many bytes, as they come; undefined at the end. */
  async some(most: number): Promise<Buffer | undefined> {
    if (this.#held.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#held = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    return this.#cut(Math.min(most, this.#held.length));
  }

  #cut(length: number): Buffer {
    const cut = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return cut;
  }
}
