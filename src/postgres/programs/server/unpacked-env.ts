import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryEnv } from '../libraries.js';

/** Folders that a library of an extension looks for by an absolute path, and the variable that says where they are. */
const DATA: readonly { parent: string; name: RegExp; variables: readonly string[] }[] = [
  // PostGIS: coordinate systems and formats. PROJ 9 has the second name for the first.
  { parent: 'usr/share', name: /^proj$/, variables: ['PROJ_LIB', 'PROJ_DATA'] },
  { parent: 'usr/share', name: /^gdal$/, variables: ['GDAL_DATA'] },
  { parent: 'usr/share/tcltk', name: /^tcl\d/, variables: ['TCL_LIBRARY'] },
];

/** What a server and its extensions need in their environment that were unpacked into `root`. */
export async function unpackedEnv(root: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const found = await libraryEnv(root, env);
  for (const { parent, name, variables } of DATA) {
    const folder = (await names(join(root, parent))).find((entry) => name.test(entry));
    if (folder === undefined) continue;
    for (const variable of variables) found[variable] = join(root, parent, folder);
  }
  const python = (await names(join(root, 'usr/lib'))).find((entry) => /^python3\.\d+$/.test(entry));
  if (python !== undefined) {
    const library = join(root, 'usr/lib', python);
    found['PYTHONPATH'] = [library, join(library, 'lib-dynload')].join(':');
  }
  return found;
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
