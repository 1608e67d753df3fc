import type { Manifest } from './manifest.js';

/**
 * Lets manifests that say the same of server, programs and options hold it once: thousands of backups of one database
 * differ in little, and all of them are kept in memory while a plan is made.
 */
export function sharing(): (manifest: Manifest) => Manifest {
  const known = new Map<string, unknown>();
  const share = <T>(value: T): T => {
    const text = JSON.stringify(value);
    if (!known.has(text)) known.set(text, value);
    return known.get(text) as T;
  };
  return (manifest) => ({
    ...manifest,
    server: share(manifest.server),
    tools: share(manifest.tools),
    options: share(manifest.options),
    warnings: share(manifest.warnings),
  });
}
