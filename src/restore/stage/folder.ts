import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DamagedPartError } from './damaged.js';
import { feed, orFull, type Filter } from './unpack.js';

/** The one folder that the archive holds. */
const PACKED = 'database.dir';

/**
 * Unpacks a tar archive of a dump in the directory format, as it comes, into the folder `target`, which must not be there.
 * Nothing but the dump's own plain files comes out of it, whatever the archive says.
 * @throws DamagedPartError when it holds anything else.
 */
export async function unpackFolder(
  plain: AsyncIterable<Uint8Array>,
  filters: readonly Filter[],
  request: { target: string; part: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<void> {
  const { target, part, env, signal } = request;
  const unpacked = join(dirname(target), 'unpacked');
  await mkdir(unpacked, { mode: 0o700 });
  const tar: Filter = {
    path: 'tar',
    // Only this member and what is below it. It would stop at the archive's own end otherwise, before its padding came.
    args: ['-xf', '-', '-C', unpacked, '--ignore-zeros', '--no-same-owner', '--no-same-permissions', PACKED],
    // Its own options by environment would be ours.
    env: { ...env, TAR_OPTIONS: undefined },
  };
  await orFull(unpacked, () => feed(plain, [...filters, tar], { stdout: 'ignore', part, signal }));
  const folder = join(unpacked, PACKED);
  await requirePlainFiles(folder, part);
  await rename(folder, target);
  await rm(unpacked, { recursive: true });
}

/** pg_dump makes plain files side by side. A link would make pg_restore read something else. */
async function requirePlainFiles(folder: string, part: string): Promise<void> {
  const folderItself = await lstat(folder);
  const names = folderItself.isDirectory() ? await readdir(folder) : [];
  for (const name of names) {
    const file = await lstat(join(folder, name));
    if (!file.isFile() || file.nlink > 1)
      throw new DamagedPartError(
        part,
        `${part} was altered: ${JSON.stringify(name)} in it is no plain file.`,
      );
  }
  if (!names.includes('toc.dat'))
    throw new DamagedPartError(part, `${part} is no dump in the directory format: it has no toc.dat.`);
}
