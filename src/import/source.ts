import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CancelledError, codeOf, UserError } from '../base/errors.js';
import { printableLine } from '../base/text.js';
import { through } from './program.js';

/** Something that is to be imported: a file, or the folder of a dump in the directory format. */
export interface Source {
  /** For people: as the user wrote it, or below the folder that was named. */
  path: string;
  /** The last part of it. */
  name: string;
  /** Of the dump of a whole server. */
  database?: string;
  modified: Date;
  bytes: number;
  /** Its bytes, from the beginning each time; a folder's as a tar archive. */
  read(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** What dumps are called; a file of another name in a folder is taken only for what it is. */
const DUMP = /\.(sql|dump|backup|bak|pgdump|custom|tar|tgz|gz|zst|zstd|lz4|enc|age|out|dmp)$/i;

/** Whether a file is to be complained about where it is none. */
export function looksLikeDump(name: string): boolean {
  return DUMP.test(name);
}

export interface Found {
  source: Source;
  /** It was named, and not found in a folder. */
  named: boolean;
}

/**
 * The files that are meant: those that are named, and of a folder all that are below it, sorted by name.
 * @throws UserError when one is not there
 */
export async function sourcesOf(paths: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of paths) {
    const facts = await stat(path).catch((error: unknown) => {
      throw codeOf(error) === 'ENOENT'
        ? new UserError(`${path}: there is no such file or folder.`)
        : new UserError(`${path} cannot be read (${codeOf(error) ?? 'error'}).`, { cause: error });
    });
    if (facts.isDirectory()) found.push(...(await below(path)).map((source) => ({ source, named: false })));
    else if (facts.isFile()) found.push({ source: fileSource(path, facts), named: true });
    else throw new UserError(`${path} is neither a file nor a folder: it cannot be read twice.`);
  }
  return found;
}

type Facts = Awaited<ReturnType<typeof stat>>;

function fileSource(path: string, { mtime, size }: Facts): Source {
  return {
    path: printableLine(path),
    name: basename(path),
    modified: mtime,
    bytes: Number(size),
    read: (signal) => bytesOf(path, signal),
  };
}

async function* bytesOf(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (signal.aborted) throw new CancelledError();
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024, signal }))
    yield chunk as Uint8Array;
}

/** A folder with a table of contents in it is a dump itself. */
async function below(folder: string): Promise<Source[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.name === 'toc.dat')) return [await folderSource(folder)];
  const sources: Source[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) sources.push(...(await below(path)));
    else if (entry.isFile()) sources.push(fileSource(path, await stat(path)));
    else if (entry.isSymbolicLink()) sources.push(...(await linked(path)));
  }
  return sources;
}

/** The file behind a link, such as `latest.dump`. Links to folders may lead in a circle. */
async function linked(path: string): Promise<Source[]> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isFile() === true ? [fileSource(path, facts)] : [];
}

async function folderSource(folder: string): Promise<Source> {
  const path = resolve(folder);
  const names = (await readdir(path)).sort();
  const sizes = await Promise.all(names.map((name) => stat(join(path, name))));
  const toc = await stat(join(path, 'toc.dat'));
  return {
    path: printableLine(folder),
    name: basename(path),
    modified: toc.mtime,
    bytes: sizes.reduce((sum, { size }) => sum + size, 0),
    read: (signal) =>
      through(
        nothing(),
        // One after the other by name, so that the same folder makes the same bytes.
        {
          path: 'tar',
          args: ['-C', path, '-cf', '-', '--', ...names],
          env: { ...process.env, TAR_OPTIONS: undefined },
        },
        { file: printableLine(folder), signal },
      ),
  };
}

async function* nothing(): AsyncIterable<Uint8Array> {}
