import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { AptSource } from '../types.js';
import { aptConf, aptLayout, firstConf, type AptLayout } from './config.js';
import { namesSource, withoutSource } from './source.js';

/** Where Debian and Ubuntu keep apt's configuration, its lists and dpkg's state. */
const ETC = '/etc/apt';
const LISTS = '/var/lib/apt/lists';

/**
 * Makes a folder with a private apt: the machine's settings and sources, what its lists say already (as links), and
 * room for more. `source` is left out of the machine's own sources, where it is there too.
 */
export async function prepareApt(tempDir: string, source: AptSource | undefined): Promise<AptLayout> {
  // Paths stand in sources.list, where a blank ends them.
  const parent = /[\s"[\]]/.test(tempDir) ? tmpdir() : tempDir;
  const layout = aptLayout(await mkdtemp(join(parent, 'pgkeep-apt-')));
  const folders = [layout.lists, layout.archives, layout.systemArchives];
  for (const folder of folders) await mkdir(join(folder, 'partial'), { recursive: true });
  await mkdir(layout.sourceParts);
  const settings = await readable(`${ETC}/apt.conf.d`, /^[\w-]+(?:\.conf)?$/);
  for (const [parts, conf, system] of [
    [layout.privateParts, layout.privateConf, false],
    [layout.systemParts, layout.systemConf, true],
  ] as const) {
    await mkdir(parts);
    for (const file of settings) await symlink(file, join(parts, basename(file)));
    if (await canRead(`${ETC}/apt.conf`)) await symlink(`${ETC}/apt.conf`, join(parts, 'zzzz-1-main'));
    await writeFile(join(parts, 'zzzz-2-pgkeep'), aptConf(layout, system));
    await writeFile(conf, firstConf(parts));
  }
  const main = await readFile(`${ETC}/sources.list`, 'utf8').catch(() => '');
  await writeFile(layout.sourcesList, withoutSource(main, source));
  for (const file of await readable(`${ETC}/sources.list.d`, /\.(?:list|sources)$/)) {
    if (!namesSource(await readFile(file, 'utf8'), source))
      await symlink(file, join(layout.sourceParts, basename(file)));
  }
  for (const file of await readable(LISTS, /_/)) {
    await symlink(file, join(layout.lists, basename(file)));
  }
  if (source !== undefined) await writeFile(layout.extraKey, source.keyAsc);
  return layout;
}

/** True when there is a list of packages, so that apt can say what the machine's sources offer. */
export async function hasLists(layout: AptLayout): Promise<boolean> {
  return (await readdir(layout.lists)).some((name) => /_Packages(?:\.|$)/.test(name));
}

async function canRead(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** The files of a folder that have such a name (apt ignores others, and says so) and that we may read. */
async function readable(folder: string, name: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => !entry.isDirectory() && name.test(entry.name))
    .map((entry) => join(folder, entry.name));
  const checks = await Promise.all(files.map(canRead));
  return files.filter((_file, index) => checks[index] === true);
}
