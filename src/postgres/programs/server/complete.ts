import { readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes of the packages that were unpacked into `root` what a scratch server needs, and removes what it does not. */
export async function completeServer(root: string, major: number): Promise<void> {
  await linkControlFiles(join(root, 'usr', 'share', 'postgresql', String(major), 'extension'));
  // For just-in-time compilation, which wants LLVM; it is more than all the rest.
  const bitcode = join(root, 'usr', 'lib', 'postgresql', String(major), 'lib', 'bitcode');
  await rm(bitcode, { recursive: true, force: true });
}

/**
 * What the PostGIS packages do when they are installed: their control files are called `postgis-3.control`, and Debian's
 * alternatives make them known as `postgis.control`.
 */
async function linkControlFiles(folder: string): Promise<void> {
  const files = (await readdir(folder)).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const there = new Set(files);
  for (const file of files) {
    const name = /^(.+)-\d+\.control$/.exec(file)?.[1];
    if (name === undefined || there.has(`${name}.control`)) continue;
    await symlink(file, join(folder, `${name}.control`));
    there.add(`${name}.control`);
  }
}
