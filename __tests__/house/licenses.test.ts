import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { read, ROOT } from './files.js';

/** Of what may become part of a project under MIT. */
const ALLOWED = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  '(Apache-2.0 AND BSD-3-Clause)',
];

/** The packages of the bundle with their licences: a line with a name, the next with the licence, then its text. */
function bundled(): { name: string; license: string }[] {
  const lines = read('dist/licenses.txt').split('\n');
  return lines.flatMap((name, index) => {
    const starts = (index === 0 || lines[index - 1] === '') && /^(@[\w.-]+\/)?[\w.-]+$/.test(name);
    return starts && existsSync(join(ROOT, 'node_modules', name, 'package.json'))
      ? [{ name, license: lines[index + 1] ?? '' }]
      : [];
  });
}

describe('licences of what the bundle contains', () => {
  const packages = bundled();

  it('are listed in dist/licenses.txt', () => {
    const names = packages.map(({ name }) => name);
    for (const name of ['@actions/artifact', '@actions/core', '@aws-sdk/client-s3', 'age-encryption'])
      expect(names).toContain(name);
  });

  it('let themselves be part of a project under MIT', () => {
    expect(packages.filter(({ license }) => !ALLOWED.includes(license))).toEqual([]);
  });

  it('are, like those of the build, the ones that the review of dependencies lets in', () => {
    const review = /allow-licenses: (.*)/.exec(read('.github/workflows/dependency-review.yml'))?.[1] ?? '';
    const { packages: locked } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { license?: string }>;
    };
    const all = Object.values(locked).flatMap(({ license }) => license ?? []);
    expect(all.length).toBeGreaterThan(100);
    // It holds a package against one entry after the other: one with two licences needs an entry with both
    // (github.com/actions/dependency-review-action/issues/263).
    const missing = [...all, ...ALLOWED]
      .map((license) => license.replace(/^\((.*)\)$/, '$1'))
      .filter((license) => !license.split(' OR ').some((either) => review.split(', ').includes(either)));
    expect([...new Set(missing)]).toEqual([]);
  });
});
