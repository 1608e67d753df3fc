import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Every file that belongs to the project, also before its first commit; undefined without git or a checkout. */
export function projectFiles(): string[] | undefined {
  // A checkout of another user's (a container's root in a runner's folder) is no risk to a mere listing.
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) return undefined;
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
}
