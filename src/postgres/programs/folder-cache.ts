import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf } from '../../base/errors.js';
import type { ProgramCache } from '../types.js';

/**
 * A cache of programs in the layout of a runner's tool cache: `<root>/<name>/<version>/<arch>`, and beside it an empty
 * file `<arch>.complete` once it is whole. Several processes may store the same version at once: each copies beside the
 * target, the first to finish wins, and a folder in use is never changed.
 * @param root is asked for each time, so that it may be decided after the start.
 */
export function folderCache(root: () => string): ProgramCache {
  const place = (name: string, version: string): string => join(root(), name, version, arch());
  const find = (name: string, version: string): string | undefined => {
    const folder = place(name, version);
    return existsSync(folder) && existsSync(`${folder}.complete`) ? folder : undefined;
  };
  return {
    find,
    versions: (name) => {
      const folder = join(root(), name);
      if (!existsSync(folder)) return [];
      return readdirSync(folder).filter((version) => find(name, version) !== undefined);
    },
    store: async (name, version, folder) => {
      const target = place(name, version);
      await mkdir(dirname(target), { recursive: true });
      const copy = `${target}.${randomBytes(6).toString('hex')}`;
      try {
        await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
        for (;;) {
          const existing = find(name, version) ?? (await moveInto(target, copy));
          if (existing !== undefined) return existing;
        }
      } finally {
        await rm(copy, { recursive: true, force: true });
      }
    },
  };
}

/**
 * Moves `copy` to `target` and marks it whole. Undefined when something stood there: another process's that is whole
 * now, or what a killed one left, which is then out of the way.
 */
async function moveInto(target: string, copy: string): Promise<string | undefined> {
  try {
    await rename(copy, target);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
    // Between its move and its mark another process needs no time to speak of.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (existsSync(`${target}.complete`)) return undefined;
    const aside = `${target}.${randomBytes(6).toString('hex')}`;
    await rename(target, aside);
    await rm(aside, { recursive: true, force: true });
    return undefined;
  }
  await writeFile(`${target}.complete`, '');
  return target;
}
