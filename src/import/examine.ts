import { CancelledError, messageOf, UserError } from '../base/errors.js';
import type { FindOptions } from '../postgres/programs/index.js';
import { readTocStart, type TocFile } from '../restore/archive/index.js';
import { DigestMeter } from '../storage/digest.js';
import type { Digest } from '../storage/store.js';
import { readCustomDump, readDirectoryDump } from './archive-dump.js';
import type { DumpFacts } from './facts.js';
import type { DumpLayers, Layers } from './layers.js';
import { readPlainDump } from './plain-dump.js';
import { through } from './program.js';
import type { Source } from './source.js';
import { asDirectoryTar } from './tar.js';

/** A file that was read to its end and is whole. */
export interface Examined {
  facts: DumpFacts;
  /** Of the file as it is. */
  digest: Digest;
}

/**
 * Reads a file to its end, as a restore would, before anything of it is stored.
 * @throws UserError that names the file when it is cut off or damaged
 */
export async function examine(
  source: Source,
  layers: DumpLayers,
  { find, signal }: { find: FindOptions; signal: AbortSignal },
): Promise<Examined> {
  const meter = new DigestMeter();
  const file = source.path;
  const opened = layers.decrypt(metered(source.read(signal), meter));
  const unpacked = (): AsyncIterable<Uint8Array> => decompressed(opened, layers, { file, signal });
  const read = (): Promise<DumpFacts> => {
    switch (layers.kind) {
      case 'plain':
        return readPlainDump(unpacked(), file);
      case 'tar':
        return readDirectoryDump(asDirectoryTar(unpacked(), file), source.bytes, { file, find, signal });
      case 'custom':
        return readCustomDump(unpacked(), startOf(layers.head, file), { file, find, signal });
    }
  };
  try {
    const facts = await read();
    return { facts, digest: meter.digest() };
  } catch (error) {
    throw signal.aborted ? new CancelledError() : error;
  }
}

/** Where an archive says its format, behind its name, its version and the sizes of its numbers; and the custom one's. */
const FORMAT = { at: 10, custom: 1 };

/** The table of contents at the beginning of an archive. @throws UserError that names the file */
function startOf(head: Buffer, file: string): TocFile {
  if ((head[FORMAT.at] ?? FORMAT.custom) !== FORMAT.custom)
    throw new UserError(`${file} is one file of a dump in the directory format. Import its folder.`);
  try {
    return readTocStart(head);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${file} cannot be read. ${messageOf(error)}`, { cause: error });
  }
}

async function* metered(source: AsyncIterable<Uint8Array>, meter: DigestMeter): AsyncIterable<Uint8Array> {
  for await (const chunk of source) {
    meter.update(chunk);
    yield chunk;
  }
}

/** The dump itself, out of what is no longer encrypted. */
export function decompressed(
  opened: AsyncIterable<Uint8Array>,
  { decompressor }: Layers,
  how: { file: string; signal: AbortSignal },
): AsyncIterable<Uint8Array> {
  return decompressor === undefined ? opened : through(opened, decompressor, how);
}
