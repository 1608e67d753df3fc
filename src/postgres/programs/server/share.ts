import { access, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../../base/process.js';
import type { ServerPrograms } from '../../types.js';

/**
 * Where a server of this major may keep what it shares, by where its `postgres` really lies: PostgreSQL finds it by the
 * relation between the two folders, so that it may be moved as a whole.
 */
export function shareFolders(postgres: string, major: number): string[] {
  const bin = dirname(postgres);
  const prefix = dirname(bin);
  const debian = /^(.*\/usr)\/lib\/postgresql\/(\d+)\/bin$/.exec(bin);
  const alpine = /^(.*\/usr)\/lib(?:exec)?\/postgresql\d+(?:\/bin)?$/.exec(bin);
  return [
    ...(debian === null ? [] : [`${debian[1]}/share/postgresql/${debian[2]}`]),
    ...(alpine === null ? [] : [`${alpine[1]}/share/postgresql${major}`]),
    join(prefix, 'share', `postgresql@${major}`),
    join(prefix, 'share', 'postgresql'),
    join(prefix, 'share', 'pgsql'),
    join(prefix, 'share'),
  ];
}

/** The folder with the control files of the extensions that a server can make, or undefined. */
export async function extensionFolder(
  server: ServerPrograms,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const postgres = await realpath(server.postgres);
  const { code, stdout } = await run(join(dirname(postgres), 'pg_config'), ['--sharedir'], {
    env: { ...env, ...server.env },
    timeoutMs: 30_000,
  });
  const told = code === 0 ? [stdout.toString('utf8').trim()] : [];
  for (const share of [...told, ...shareFolders(postgres, server.major)]) {
    const folder = join(share, 'extension');
    if (await exists(join(folder, 'plpgsql.control'))) return folder;
  }
  return undefined;
}

/** Those of the extensions that the server cannot make. */
export async function lackingExtensions(
  server: ServerPrograms,
  extensions: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  if (extensions.length === 0) return [];
  const folder = await extensionFolder(server, env);
  const lacking: string[] = [];
  for (const name of new Set(extensions)) {
    // No extension's name has a slash, and a hostile one must not lead elsewhere.
    const there =
      folder !== undefined && !/[/\\\0]/.test(name) && (await exists(join(folder, `${name}.control`)));
    if (!there) lacking.push(name);
  }
  return lacking;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
