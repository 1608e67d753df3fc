import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restore, Rig, rigMissing } from '../support/backup-rig.js';

if (rigMissing !== undefined)
  process.stderr.write(`NOT RUN: configuration tables of extensions: ${rigMissing}\n`);

const SQL = `
CREATE TABLE settings (name text, value text, standard boolean);
INSERT INTO settings VALUES ('a', '1', true), ('b', '2', true);
SELECT pg_catalog.pg_extension_config_dump('settings', 'WHERE NOT settings.standard');
CREATE TABLE whole (n int);
SELECT pg_catalog.pg_extension_config_dump('whole', '');
CREATE TABLE private (n int);
INSERT INTO private VALUES (1);
CREATE TABLE job (n int PRIMARY KEY, what text);
CREATE INDEX own ON job (what);
`;

// Servers look for extensions in other folders than their own since PostgreSQL 18.
(rigMissing === undefined ? describe : describe.skip)('configuration tables of an extension', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-extension-'));
  let rig: Rig;
  beforeAll(async () => {
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'extension'));
    writeFileSync(
      join(folder, 'extension', 'conf.control'),
      `default_version = '1.0'\nrelocatable = false\n`,
    );
    writeFileSync(join(folder, 'extension', 'conf--1.0.sql'), SQL);
    rig = await Rig.start(18, { extension_control_path: `${folder}:$system` });
    await rig.database(
      'source',
      'CREATE EXTENSION conf',
      `INSERT INTO settings VALUES ('mine', '3', false)`,
      'INSERT INTO whole VALUES (1), (2)',
    );
  });
  afterAll(async () => {
    await rig.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are counted as far as the archive holds their rows, and so is the copy', async () => {
    const published = await rig.publish('source', { fingerprint: 'content' });
    expect(published.fingerprint.tables.map(({ name, rows, condition }) => [name, rows, condition])).toEqual([
      ['settings', 1, 'WHERE NOT settings.standard'],
      ['whole', 2, undefined],
    ]);
    await rig.database('copy');
    await restore(rig, published, 'copy');
    const copy = await rig.publish('copy', { fingerprint: 'content' });
    expect(copy.fingerprint.tables).toEqual(published.fingerprint.tables);
    expect(copy.fingerprint.objects).toEqual(published.fingerprint.objects);
  });

  it('are named where the archive lacks their rows or what was added to them', async () => {
    const quiet = await rig.publish('source');
    expect(quiet.said.warnings).toEqual([]);
    expect(quiet.fingerprint.notMeasured.map(({ what }) => what)).toEqual(['table public.private']);
    await rig.database(
      'lost',
      'CREATE EXTENSION conf',
      `INSERT INTO job VALUES (1, 'mine')`,
      'CREATE INDEX mine ON job (what)',
      'ALTER TABLE whole ADD CONSTRAINT positive CHECK (n > 0)',
    );
    const { said, manifest, fingerprint } = await rig.publish('lost');
    expect(said.warnings).toEqual([
      expect.stringMatching(/lacks the rows of 1 table .*\(public\.job of conf\)/),
      expect.stringMatching(
        /lacks 2 objects .*\(index mine on public\.job, constraint positive on public\.whole\)/,
      ),
    ]);
    expect(manifest.warnings).toHaveLength(2);
    expect(manifest.warnings.join()).not.toMatch(/job|mine|positive/);
    expect(fingerprint.notMeasured.map(({ what }) => what)).toEqual([
      'table public.job',
      'table public.private',
      'index mine on public.job',
      'constraint positive on public.whole',
    ]);
  });

  it('and what is in schemas of the system makes the run red, but not what a provider put there', async () => {
    const psql = await rig.database(
      'system',
      'CREATE TABLE information_schema.mine AS SELECT 1 AS a',
      'CREATE FUNCTION pg_catalog.ours() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
      `CREATE ROLE reader LOGIN PASSWORD 'reads' IN ROLE pg_read_all_data`,
    );
    await expect(rig.publish('system')).rejects.toThrow(
      /2 objects of its own .*\(function pg_catalog\.ours, table information_schema\.mine\).*SET SCHEMA/,
    );
    await psql.exec('ALTER TABLE information_schema.mine SET SCHEMA public');
    const { said, fingerprint } = await rig.publish('system', {
      'database-url': rig.server.url('system', 'reader', 'reads'),
    });
    expect(said.warnings).toEqual([expect.stringMatching(/first superuser.*\(function pg_catalog\.ours\)/)]);
    expect(fingerprint.notMeasured.map(({ what }) => what)).toEqual(['function pg_catalog.ours']);
  });
});
