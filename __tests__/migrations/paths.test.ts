import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { requirePaths } from '../../src/migrations/paths.js';

describe('requirePaths', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'pgkeep-paths-'));
  mkdirSync(join(workspace, 'db'));
  writeFileSync(join(workspace, 'db', 'sanitize.sql'), '');
  afterAll(() => {
    rmSync(workspace, { recursive: true });
  });

  it.each([
    ['.', undefined],
    ['db', 'db/sanitize.sql'],
    [join(workspace, 'db'), join(workspace, 'db', 'sanitize.sql')],
  ])('takes %s and %s', async (workingDirectory, sanitize) => {
    await expect(requirePaths({ workingDirectory, sanitize }, workspace)).resolves.toBeUndefined();
  });

  it.each([
    ['apps/shop', undefined, 'Input "working-directory" is "apps/shop", and there is no such folder'],
    ['db/sanitize.sql', undefined, 'Input "working-directory"'],
    // From the root of the repository, not from the folder of the command.
    ['db', 'sanitize.sql', 'Input "sanitize" is "sanitize.sql", and there is no such file'],
  ])('refuses %s and %s', async (workingDirectory, sanitize, message) => {
    await expect(requirePaths({ workingDirectory, sanitize }, workspace)).rejects.toThrow(message);
    await expect(requirePaths({ workingDirectory, sanitize }, workspace)).rejects.toThrow('check out');
  });
});
