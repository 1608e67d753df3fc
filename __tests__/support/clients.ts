import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from '../../src/postgres/types.js';

const ROOTS = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];

/** The newest PostgreSQL client programs of this machine that are not wrappers, or undefined. */
export function systemPrograms(): Programs | undefined {
  const found = ROOTS.filter((root) => existsSync(root))
    .flatMap((root) => readdirSync(root).map((name) => join(root, name)))
    .map((folder) => ({ folder, major: Number(/(\d+)$/.exec(folder)?.[1] ?? 0) }))
    .filter(({ folder, major }) => major >= 13 && existsSync(join(folder, 'bin', 'psql')))
    .sort((a, b) => b.major - a.major)[0];
  if (found === undefined) return undefined;
  return {
    major: found.major,
    version: String(found.major),
    source: 'system',
    path: (name) => join(found.folder, 'bin', name),
    env: {},
  };
}
