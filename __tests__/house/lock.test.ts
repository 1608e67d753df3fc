import { describe, expect, it } from '@jest/globals';
import { read } from './files.js';

interface Entry {
  version?: string;
  optional?: boolean;
  os?: string[];
  optionalDependencies?: Record<string, string>;
}

describe.each(['package-lock.json', '__tests__/servers/package-lock.json'])('%s', (file) => {
  const { packages } = JSON.parse(read(file)) as { packages: Record<string, Entry> };

  // Where npm cannot reach the builds for other systems, it drops them from the file without a word, and then
  // `npm ci` refuses the file everywhere.
  it('has the builds of its packages for every system', () => {
    for (const [path, entry] of Object.entries(packages))
      for (const name of Object.keys(entry.optionalDependencies ?? {})) {
        const found = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
        expect({ name, ...found }).toMatchObject({ name, version: expect.any(String) as unknown });
      }
  });

  it('names no registry', () => {
    expect(read(file)).not.toContain(`"resolved":`);
  });
});
