import { silentReporter } from '../base/reporter.js';
import type { TocEntry } from '../postgres/toc.js';
import { beginDump, type Archive, type ArchiveRequest } from './archive-request.js';
import { tapContents, type Tapped } from './contents.js';
import { directoryArchive } from './directory-archive.js';

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

function customArchive(request: ArchiveRequest): Archive {
  const { program, pgDumpArgs } = request.compression;
  const dump = beginDump(request, { ...request.dump, compressionArgs: pgDumpArgs }, program);
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
  const dump = beginDump(request, { ...request.dump, compressionArgs: pgDumpArgs }, program);
  const twin = beginDump(
    // It says all that the dump itself says, warnings too.
    { ...request, reporter: silentReporter, onTable: () => undefined },
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
