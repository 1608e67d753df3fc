import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { definitionsHash } from '../../src/restore/archive/definitions.js';
import { ArchiveLab, pairedMajors } from '../support/archives.js';
import { rigMissing } from '../support/backup-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: definitions of archives: ${rigMissing}\n`);

const signal = new AbortController().signal;
const suite = rigMissing === undefined ? describe.each(pairedMajors()) : describe.skip.each([0]);

suite('the definitions in archives of PostgreSQL %i', (major) => {
  let lab: ArchiveLab;
  let expected: string;

  beforeAll(async () => {
    lab = await ArchiveLab.start(major);
    expected = await lab.schemaHash('shop');
  });
  afterAll(() => lab.stop());

  const hash = (archive: Awaited<ReturnType<ArchiveLab['dump']>>): Promise<string | { why: string }> =>
    definitionsHash({ archive, programs: lab.programs, signal });

  it.each(['custom', 'directory', 'plain'] as const)('hash to the fingerprint in %s', async (format) => {
    expect(await hash(await lab.dump(format, 'shop'))).toBe(expected);
  });

  it.each([
    ['--create'],
    ['--create', '--inserts'],
    ['--create', '--column-inserts', '--rows-per-insert=7'],
    ['--create', '--schema-only'],
    ['--create', '--load-via-partition-root'],
  ])('hash to the fingerprint in plain with %s %s %s', async (...args) => {
    expect(await hash(await lab.dump('plain', 'shop', ...args.filter((arg) => arg !== undefined)))).toBe(
      expected,
    );
  });

  it.each([
    '--no-owner',
    '--no-privileges',
    '--no-comments',
    '--no-tablespaces',
    '--disable-dollar-quoting',
    '--quote-all-identifiers',
    '--table=app.orders',
    '--schema=app',
  ])('hash to those of a schema-only dump with the same %s', async (arg) => {
    expect(await hash(await lab.dump('plain', 'shop', arg))).toBe(await lab.schemaHash('shop', arg));
    expect(await lab.schemaHash('shop', arg)).not.toBe(expected);
  });

  it('cannot be told apart from rows with --use-set-session-authorization', async () => {
    const archive = await lab.dump('plain', 'shop', '--use-set-session-authorization');
    expect(await hash(archive)).toEqual({
      why: expect.stringContaining('--use-set-session-authorization') as unknown,
    });
  });

  it('differ when one character of a function does', async () => {
    const archive = await lab.dump('plain', 'shop', '--create');
    const sql = readFileSync(archive.path, 'latin1');
    expect(sql).toContain('RETURN new');
    writeFileSync(archive.path, sql.replace('RETURN new', 'RETURN old'), 'latin1');
    expect(await hash(archive)).not.toBe(expected);
  });

  it('are refused where the archive was cut off', async () => {
    for (const format of ['custom', 'plain'] as const) {
      const archive = await lab.dump(format, 'shop');
      const bytes = readFileSync(archive.path);
      // Within the table of contents, where pg_restore begins.
      writeFileSync(archive.path, bytes.subarray(0, 5000));
      await expect(hash(archive)).rejects.toThrow(/damaged/);
    }
    const archive = await lab.dump('plain', 'shop');
    const whole = readFileSync(archive.path, 'latin1');
    writeFileSync(
      archive.path,
      whole.slice(0, whole.lastIndexOf('--\n-- PostgreSQL database dump complete')),
      'latin1',
    );
    await expect(hash(archive)).rejects.toThrow(/has no end/);
  });
});
