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
});
