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

  it('are the ones that the review of dependencies lets in', () => {
    const review = /allow-licenses: (.*)/.exec(read('.github/workflows/dependency-review.yml'))?.[1] ?? '';
    const single = ALLOWED.filter((license) => /^[\w.-]+$/.test(license));
    for (const license of single) expect(review.split(', ')).toContain(license);
  });
});
