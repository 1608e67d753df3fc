import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compile } from '../../scripts/compile.mjs';

const hasProc = existsSync('/proc/self/cmdline');
if (!hasProc) process.stderr.write('NOT RUN: hideArguments: this system has no /proc\n');

(hasProc ? describe : describe.skip)('hideArguments', () => {
  let compiled: string;
  beforeAll(async () => {
    compiled = await compile();
    await writeFile(
      join(compiled, 'show.js'),
      `import { readFileSync } from 'node:fs';
       import { hideArguments } from './cli/args.js';
       const before = readFileSync('/proc/self/cmdline', 'latin1').length;
       hideArguments('backup');
       console.log(JSON.stringify({ before, after: readFileSync('/proc/self/cmdline', 'latin1'), argv: process.argv.slice(2) }));`,
    );
  });
  afterAll(() => rm(compiled, { recursive: true, force: true }));

  it.each([
    ['short', ['--passphrase=hunter2']],
    ['long', [`--passphrase=${'hunter2'.repeat(10_000)}`]],
    ['many', [...Array.from({ length: 500 }, (_, index) => `--tables=t${index}`), '--passphrase', 'hunter2']],
  ])('leaves nothing of %s arguments in the process list', (_, args) => {
    const out = execFileSync(process.execPath, [join(compiled, 'show.js'), ...args], { encoding: 'utf8' });
    const { before, after, argv } = JSON.parse(out) as { before: number; after: string; argv: string[] };
    expect(before).toBeGreaterThan(args.join(' ').length);
    expect(after.replaceAll('\0', '')).toBe('pgkeep backup');
    expect(argv).toEqual(args);
  });
});
