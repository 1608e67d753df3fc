import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UserError } from '../../src/base/errors.js';
import { processesOf } from '../postgres/scratch-rig.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { ExtensionServer } from '../support/extension-server.js';
import { check, type Check } from '../support/migration-rig.js';
import { canMount } from '../support/small-disk.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: faults of migration checks: ${rigMissing}\n`);
if (!canMount()) process.stderr.write('NOT RUN: migration checks on a full disk: only root may mount one\n');
const onSmallDisk = canMount() ? it : it.skip;

/** An extension that no other server has. */
const EXTENSION = 'pgkeep_shapes';

(rigMissing === undefined ? describe : describe.skip)('a migration check', () => {
  let source: ExtensionServer;
  let rig: Rig;
  let tempDir: string;
  let shop: string;
  let shapes: string;
  let large: string;

  beforeAll(async () => {
    source = await ExtensionServer.make(15, EXTENSION, 'CREATE TYPE shape AS (w int, h int);');
    rig = await Rig.start(15, {}, source.bin);
    await rig.database('shop', 'CREATE TABLE orders AS SELECT 1 AS id');
    await rig.database(
      'shapes',
      `CREATE EXTENSION ${EXTENSION}`,
      'CREATE TABLE plain AS SELECT n FROM generate_series(1, 50) n',
      'CREATE TABLE drawn (id int, shape shape)',
      `INSERT INTO drawn SELECT n, (n, n)::shape FROM generate_series(1, 70) n`,
    );
    await rig.database(
      'large',
      "CREATE TABLE t AS SELECT n, repeat('x', 1000) AS text FROM generate_series(1, 60000) n",
    );
    [shop, shapes, large] = (await Promise.all(['shop', 'shapes', 'large'].map(stored))) as [
      string,
      string,
      string,
    ];
  });
  afterAll(async () => {
    await rig.stop();
    source.remove();
  });

  beforeEach(() => {
    tempDir = mkdtempSync(join(tmpdir(), 'pgkeep-migration-faults-'));
    // The scratch server's user enters it.
    chmodSync(tempDir, 0o755);
  });
  afterEach(() => rmSync(tempDir, { recursive: true, force: true }));

  /** Where a backup of a database is. */
  async function stored(database: string): Promise<string> {
    const { folder } = await rig.publish(database, { compression: 'gzip' });
    return `file://${join(folder, '../..')}`;
  }

  const psql = (sql: string): string => `psql -X -q -v ON_ERROR_STOP=1 -c "${sql}"`;

  /** A check on a disk of so many MiB, of which nothing is left. */
  async function onDisk(mebibytes: number, inputs: Record<string, string>): Promise<Check> {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'pgkeep-test', tempDir]);
    try {
      const done = await check(rig, inputs, { tempDir });
      expect(readdirSync(tempDir)).toEqual([]);
      expect(processesOf(tempDir)).toEqual([]);
      return done;
    } finally {
      execFileSync('umount', [tempDir]);
    }
  }

  onSmallDisk('whose disk has no room for the rows says so', async () => {
    const { report, error } = await onDisk(80, { storage: large, command: 'true' });
    expect(report).toBeUndefined();
    expect(error).toBeInstanceOf(UserError);
    expect(messageOf(error)).toMatch(/scratch server's disk is full.*RUNNER_TEMP/);
  });

  onSmallDisk('whose command fills the disk with rows says whose disk it is', async () => {
    const rows = "SELECT n, repeat('x', 1900) FROM generate_series(1, 100000) n";
    const { report } = await onDisk(120, { storage: shop, command: psql(`CREATE TABLE filler AS ${rows}`) });
    expect(report?.outcome).toBe('failed');
    const [fact] = report?.facts ?? [];
    expect(fact?.message).toMatch(/could not extend file .*: (No space left|wrote only)/);
    expect(fact?.advice).toMatch(/^The disk of the machine that runs the check is full/);
  });

  onSmallDisk('whose command fills the disk so that the server ends says so', async () => {
    const notes =
      "SELECT count(pg_logical_emit_message(false, 'x', repeat('x', 8000))) FROM generate_series(1, 20000)";
    const { report, error } = await onDisk(120, { storage: shop, command: psql(notes) });
    expect(report).toBeUndefined();
    expect(error).toBeInstanceOf(UserError);
    expect(messageOf(error)).toMatch(/ended by itself\. Its disk is full\.[^]*PANIC,53100,"could not write/);
  });

  it('names an extension that the migration needs and the server has not, and says how to have it', async () => {
    const { report } = await check(rig, { storage: shop, command: psql(`CREATE EXTENSION ${EXTENSION}`) });
    expect(report?.outcome).toBe('failed');
    expect(report?.facts.map(({ kind, fails, statement }) => [kind, fails, statement])).toEqual([
      ['error', true, 0],
    ]);
    const [fact] = report?.facts ?? [];
    expect(fact?.message).toMatch(`The server's last error: extension "${EXTENSION}" is not available`);
    expect(fact?.advice).toMatch(/Install this one's package in a step before it .*postgres-bin/);
  });

  it('of a backup with an extension that is not to be had is refused with the lines to paste', async () => {
    const { report, error } = await check(rig, { storage: shapes, command: 'true' });
    expect(report).toBeUndefined();
    expect(error).toBeInstanceOf(UserError);
    expect(messageOf(error)).toMatch(
      /extensions that the scratch server cannot have:\n {2}pgkeep_shapes: .*\n.*left out and reported.*\nallow-missing-extensions: \|\n {2}pgkeep_shapes$/,
    );
  });

  it('does without one that may be missing, and says what is left out', async () => {
    const command = psql('DROP TABLE plain');
    const inputs = { storage: shapes, command, 'allow-missing-extensions': EXTENSION };
    const { report, said } = await check(rig, inputs);
    expect(report?.facts.map(({ message }) => message)).toEqual([
      expect.stringContaining('Table public.plain is gone, with 50 rows'),
    ]);
    const sentence = `What needs an extension that the scratch server does not have (${EXTENSION}): it was left out, 1 table among it (public.drawn).`;
    expect(report?.notMeasured).toContain(sentence);
    expect(said.warnings).toEqual([
      expect.stringMatching(/^NOT CHECKED: all that needs the extension pgkeep_shapes/),
    ]);
  });

  it('counts and compares right after a command that changes where names are looked for', async () => {
    const moved = 'SET search_path TO elsewhere, pg_catalog';
    const command = [
      psql(
        'CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.pg_class (); CREATE TABLE elsewhere.orders (id int)',
      ),
      psql(`ALTER DATABASE shop ${moved}; ALTER ROLE postgres ${moved}`),
      psql('INSERT INTO orders VALUES (1), (2), (3); DELETE FROM public.orders'),
    ].join(' && ');
    const { report, error } = await check(rig, { storage: shop, command });
    expect(messageOf(error)).toBe('undefined');
    expect(report?.facts.map(({ message }) => message)).toEqual(['Table public.orders has lost 1 row of 1.']);
    expect(report?.schema.map(({ change, name }) => `${change} ${name}`).sort()).toEqual([
      'added elsewhere',
      'added elsewhere.orders',
      'added elsewhere.pg_class',
      'added shop',
    ]);
  });

  it('lets nobody into its server without the password', async () => {
    const command = `PGPASSWORD=guessed psql -X -c 'SELECT 1'`;
    const { report } = await check(rig, { storage: shop, command });
    expect(report?.command?.outcome).toBe('failed');
    expect(report?.command?.tail.join(' ')).toMatch(/password authentication failed/);
    expect(report?.statements).toEqual([]);
  });

  it('says that a command never spoke to the database', async () => {
    const sentence: unknown = expect.stringContaining('sent nothing to the restored database');
    const silent = await check(rig, { storage: shop, command: 'true' });
    expect(silent.report?.notMeasured).toEqual(expect.arrayContaining([sentence]));
    expect(silent.said.warnings).toEqual([sentence]);
    const asking = await check(rig, { storage: shop, command: psql('SELECT 1') });
    expect(asking.report?.notMeasured).not.toEqual(expect.arrayContaining([sentence]));
  });
});
