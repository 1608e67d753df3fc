import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The folders below `root` that hold shared libraries, where Debian's packages have them: `lib` and `usr/lib`, and
 * the folders of the processor in each.
 */
export async function libraryFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const parent of [join(root, 'usr', 'lib'), join(root, 'lib')]) {
    const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
    const inside = entries
      .filter((entry) => entry.isDirectory() && /-linux-gnu/.test(entry.name))
      .map((entry) => join(parent, entry.name));
    // Where alternatives of one library stand, which are linked to only when packages are installed.
    const alternatives = inside.flatMap((folder) => ['blas', 'lapack'].map((name) => join(folder, name)));
    for (const folder of [...inside, ...alternatives, parent]) {
      const names = await readdir(folder).catch(() => []);
      if (names.some((name) => /\.so(?:\.|$)/.test(name))) found.push(folder);
    }
  }
  return found;
}

/** What programs unpacked into `root` need in their environment to find the libraries unpacked with them. */
export async function libraryEnv(root: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const folders = await libraryFolders(root);
  if (folders.length === 0) return {};
  const inherited = env['LD_LIBRARY_PATH'];
  return {
    LD_LIBRARY_PATH: [...folders, ...(inherited === undefined || inherited === '' ? [] : [inherited])].join(
      ':',
    ),
  };
}
