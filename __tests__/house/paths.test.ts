import { describe, expect, it } from '@jest/globals';
import { projectFiles, read, ROOT } from './files.js';

const files = projectFiles() ?? [];
if (files.length === 0) process.stderr.write('NOT RUN: paths: no git, or no checkout\n');

(files.length > 0 ? describe : describe.skip)('the files of the project', () => {
  it('name no folder of the machine that they were made on', () => {
    const own = ROOT.replace(/\/$/, '');
    // Homes, but those of GitHub's runners and of Homebrew.
    const someone = /\/home\/(?!(?:runner|linuxbrew)\b)[a-z][\w-]*\/|\/Users\/[a-z][\w-]*\//;
    for (const file of files) {
      const text = read(file);
      if (own.length > 5) expect({ file, has: text.includes(own) }).toEqual({ file, has: false });
      if (!file.startsWith('dist/') && file !== '__tests__/house/paths.test.ts')
        expect({ file, path: someone.exec(text)?.[0] }).toEqual({ file, path: undefined });
    }
  });

  it('are text, but for stored backups', () => {
    for (const file of files.filter((one) => !one.startsWith('__tests__/golden/v1/')))
      expect({ file, binary: read(file).includes('\0') }).toEqual({ file, binary: false });
  });
});
