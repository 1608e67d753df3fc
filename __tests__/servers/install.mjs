// Installs the real servers that the tests, the demo and the bench use (package.json beside this file), where the
// unprivileged user that PostgreSQL must run as when we are root can read them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackage } from './private-package.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * The folder whose `node_modules` holds `pg13` to `pg18` and `node24`; installs it first where needed (10 s).
 * @throws where npm cannot install it: no network, or a platform without these builds.
 */
export function installServers() {
  return installPackage('servers', here, (folder) => {
    for (const major of majors()) {
      // The packages' own install script: it only makes the links between versions of shared libraries.
      execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], {
        cwd: join(folder, 'node_modules', `pg${major}`),
      });
    }
  });
}

/** The majors of PostgreSQL servers in package.json, in order. */
export function majors() {
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  return Object.keys(dependencies)
    .filter((name) => /^pg\d+$/.test(name))
    .map((name) => Number(name.slice(2)))
    .sort((a, b) => a - b);
}

// When this is loaded, and not in the time of the first test or hook that needs them, which is limited. Who asks for them
// then is told why there are none.
await installServers().catch(() => undefined);
