import { createHash } from 'node:crypto';
import type { ServerPrograms } from '../../types.js';
import { toSemver } from '../probe.js';
import type { InstallOptions } from '../types.js';
import { probeUnpackedServer } from './probe.js';

/** The name in the tool cache of unpacked servers for one kind of system (`machineTag`). */
export function serverCacheName(tag: string): string {
  return `pgkeep-postgresql-server-${tag}`;
}

/**
 * The version in the tool cache of a server with what was unpacked along with it: `17.11.0-p3f2a9c01b7de`. Another set of
 * packages is another version.
 */
export function serverCacheVersion(version: string, files: readonly string[]): string {
  const set = createHash('sha256').update([...files].sort().join('\n'));
  // In a semantic version a part of digits alone may not begin with a zero.
  return `${toSemver(version)}-p${set.digest('hex').slice(0, 12)}`;
}

/** The servers in the tool cache, newest first; what does not run here is passed over. */
export async function cachedServers(tag: string, options: InstallOptions): Promise<ServerPrograms[]> {
  const name = serverCacheName(tag);
  const versions = options.cache
    .versions(name)
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true, sensitivity: 'base' }));
  const probes = await Promise.all(
    versions.map(async (version) => {
      const root = options.cache.find(name, version);
      if (root === undefined) return undefined;
      return probeUnpackedServer(root, Number.parseInt(version), 'tool-cache', options);
    }),
  );
  return probes.flatMap((found) => found?.programs ?? []);
}
