import { transform } from '@swc/core';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** Puts the rooms that install programs into `folder` as plain JavaScript, for a process of its own. */
export async function transpile(folder: string): Promise<void> {
  for (const room of ['base', 'postgres']) {
    for (const name of readdirSync(join(SRC, room), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const { code } = await transform(readFileSync(join(SRC, room, name), 'utf8'), {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      });
      const file = join(folder, room, name.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, code);
    }
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
}

/**
 * Runs a module as the user `nobody`, with no other groups, in `folder`, which it may write. `./base/...` and
 * `./postgres/...` are ours. Returns what it printed. Needs root.
 */
export async function runAsNobody(folder: string, source: string): Promise<string> {
  await transpile(folder);
  writeFileSync(join(folder, 'main.js'), source);
  chmodSync(folder, 0o777);
  const { stdout } = await exec(
    'setpriv',
    [
      ...['--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'],
      ...[process.execPath, join(folder, 'main.js')],
    ],
    { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } },
  );
  return stdout;
}
