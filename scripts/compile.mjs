// Node 20 runs no TypeScript. This compiles src/ for what has to run before, or without, the bundle.
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Compiles src/ into a folder, by default a temporary one, in which packages are found as usual. The caller removes it.
 * Types are not looked at: `npm run types` does that.
 */
export async function compile(into) {
  const folder = into ?? (await mkdtemp(join(tmpdir(), 'pgkeep-compiled-')));
  try {
    await mkdir(folder, { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
    for (const file of await readdir(join(root, 'src'), { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const { code } = await transformFile(join(root, 'src', file), {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      });
      const target = join(folder, file.replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
