import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openStore } from '../../src/storage/registry.js';
import { putBackup } from '../support/family.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const ID = '20260101T000000Z-aaaa';

// What needs no program but Node works on every system: CI runs this file on Windows too.
describe('the committed command line, looking at backups', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-anywhere-'));
  const storage = pathToFileURL(folder).href;
  beforeAll(async () => {
    await putBackup(await openStore(storage, { env: {} }), { id: ID, label: 'daily', verdict: 'passed' });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const pgkeep = (...args: string[]): string =>
    execFileSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });

  it('lists them', () => {
    expect(pgkeep('list', '--storage', storage)).toMatch(new RegExp(`^${ID} .*daily`, 'm'));
    expect(JSON.parse(pgkeep('list', '--storage', storage, '--json'))).toMatchObject([{ id: ID }]);
  });

  it('shows one', () => {
    expect(pgkeep('show', ID, '--storage', storage)).toContain(ID);
  });

  it('prints its help', () => {
    expect(pgkeep('--help')).toContain('restore');
  });
});
