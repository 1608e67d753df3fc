import { join } from 'node:path';
import type { Programs, ProgramSource } from '../types.js';
import { libraryEnv } from './libraries.js';
import { probe, toSemver, type Probe } from './probe.js';
import type { InstallOptions } from './types.js';

/** The name in the tool cache of unpacked clients for one kind of system (`machineTag`). */
export function cacheName(tag: string): string {
  return `pgkeep-postgresql-client-${tag}`;
}

/** Looks at clients that a Debian package was unpacked into `root` for. */
export async function probeUnpacked(
  root: string,
  major: number,
  source: ProgramSource,
  options: InstallOptions,
): Promise<Probe> {
  return probe(join(root, 'usr', 'lib', 'postgresql', String(major), 'bin'), {
    source,
    env: options.env,
    programEnv: await libraryEnv(root, options.env),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** The clients in the tool cache, newest first; what does not run here is passed over. */
export async function cachedPrograms(tag: string, options: InstallOptions): Promise<Programs[]> {
  const name = cacheName(tag);
  const probes = await Promise.all(
    options.cache.versions(name).map(async (version) => {
      const root = options.cache.find(name, version);
      return root === undefined
        ? undefined
        : probeUnpacked(root, Number.parseInt(version), 'tool-cache', options);
    }),
  );
  return probes
    .flatMap((found) => (found?.programs === undefined ? [] : [found.programs]))
    .sort((a, b) =>
      toSemver(b.version).localeCompare(toSemver(a.version), 'en', { numeric: true, sensitivity: 'base' }),
    );
}
