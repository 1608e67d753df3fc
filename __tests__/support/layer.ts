import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { missingPrograms } from './clients.js';

const exec = promisify(execFile);

/** Lays a throw-away layer over the whole machine and runs a script in it: nothing that it installs lasts. */
const LAYER = `
set -e
mount -t tmpfs layer "$1"; mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay layer -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"; mount --rbind /dev "$1/root/dev"; mount --rbind ${tmpdir()} "$1/root${tmpdir()}"
exec chroot "$1/root" sh -ec "$2"
`;

/** Runs a shell script in such a layer over the machine; `folder` is for the layer's own files. Returns what it printed. */
export async function inLayer(folder: string, script: string): Promise<string> {
  const at = join(folder, 'layer');
  mkdirSync(at, { recursive: true });
  const { stdout } = await exec('unshare', ['--mount', 'bash', '-c', LAYER, 'layer', at, script], {
    maxBuffer: 1 << 24,
  });
  return stdout;
}

/** Why no layer can be laid over this machine, or undefined. */
export async function noLayer(folder: string): Promise<string | undefined> {
  const missing = missingPrograms(['unshare', 'chroot', 'setpriv', 'sudo']);
  if (missing.length > 0) return `missing: ${missing.join(', ')}`;
  return inLayer(folder, 'true').then(
    () => undefined,
    (error: unknown) =>
      `no layer can be laid over the machine, which needs root: ${String(error).split('\n')[0]}`,
  );
}
