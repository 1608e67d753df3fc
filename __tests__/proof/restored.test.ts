// Copies of a sound backup that were restored and then damaged: what a comparison must see, and name.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql } from '../../src/postgres/psql.js';
import { compareRestored, type CompareRequest } from '../../src/verify/compare/index.js';
import { isRed } from '../../src/verify/result.js';
import type { Finding } from '../../src/verify/types.js';
import { Rig, rigMissing, type Published } from '../support/backup-rig.js';
import { DAMAGES } from './damages.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: damaged copies: ${rigMissing}\n`);

(rigMissing === undefined ? describe : describe.skip)('a restored copy in which', () => {
  let rig: Rig;
  let backup: Published;

  const admin = async (...statements: string[]): Promise<void> => {
    const psql = await rig.psql();
    await psql.exec(...statements).finally(() => psql.close());
  };
  const connection = (database: string) => parseConnection(rig.server.url(database), process.env);
  const restore = async (database: string, ...args: string[]): Promise<void> => {
    await admin(`CREATE DATABASE ${database} TEMPLATE template0`);
    const { status, stderr } = spawnSync(
      rig.programs.path('pg_restore'),
      [...args, `--dbname=${connection(database).conninfo()}`, join(backup.folder, 'database.dump')],
      { env: { ...connection(database).env, ...rig.programs.env }, encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
  };
  const compare = (database: string, changes: Partial<CompareRequest> = {}): Promise<Finding[]> =>
    compareRestored({
      open: (name) => Psql.open({ programs: rig.programs, connection: connection(database), name }),
      programs: rig.programs,
      connection: connection(database),
      database,
      reloadDatabase: 'reloaded',
      fingerprint: backup.fingerprint,
      manifest: backup.manifest,
      jobs: 2,
      signal: new AbortController().signal,
      ...changes,
    });

  beforeAll(async () => {
    rig = await Rig.start(15);
    const base = await rig.database('base');
    const sql = readFileSync(new URL('base.sql', import.meta.url), 'utf8');
    await base.exec(...sql.split(/;\n/).filter((statement) => statement.trim() !== ''));
    await base.close();
    backup = await rig.publish('base', { fingerprint: 'content', compression: 'gzip' });
    await restore('good');
    await restore('reloaded', '--schema-only');
  });
  afterAll(() => rig.stop());

  it('nothing happened is equal', async () => {
    expect((await compare('good')).filter(isRed)).toEqual([]);
  });

  it.each(
    DAMAGES.filter(({ archived }) => archived !== true).map((damage) => [damage.name, damage] as const),
  )('%s is named', async (_name, damage) => {
    await admin('CREATE DATABASE damaged TEMPLATE good');
    const psql = await rig.psql('damaged');
    await psql.exec(...damage.sql).finally(() => psql.close());
    const red = (await compare('damaged')).filter(isRed);
    await admin('DROP DATABASE damaged');
    const { kind, name } = damage.finding;
    expect(red.map((finding) => `${finding.kind} ${finding.name}`)).toEqual(
      expect.arrayContaining([expect.stringMatching(new RegExp(`^${kind} .*${name.source}`))]),
    );
  });

  it('what large objects lack on purpose is not asked for', async () => {
    const details = async (changes: Partial<CompareRequest> = {}): Promise<string[]> => {
      const only = { aspects: ['large objects' as const] };
      return (await compare('good', { ...changes, only })).map(({ name, verdict }) => `${name} ${verdict}`);
    };
    const { largeObjectDetails, ...older } = backup.fingerprint;
    const options = (...args: string[]) => ({ ...backup.manifest, options: { 'dump-args': args } });
    const [count, content] = ['2 large objects equal', 'content equal'];
    const [owners, privileges, comments] = ['owners equal', 'privileges equal', 'comments equal'];
    expect(largeObjectDetails).toBeDefined();
    expect(await details()).toEqual([count, content, owners, privileges, comments]);
    expect(await details({ fingerprint: older })).toEqual([count, content]);
    expect(await details({ manifest: options('--no-comments') })).not.toContain(comments);
    expect(await details({ manifest: options('-x') })).toEqual([count, content, owners, comments]);
    expect(await details({ omits: ['owners'] })).toEqual([count, content, comments]);
  });

  it('text sorts by another locale is named', async () => {
    await admin(
      "CREATE DATABASE damaged TEMPLATE template0 LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'sv'",
    );
    const red = (await compare('damaged')).filter(isRed);
    await admin('DROP DATABASE damaged');
    expect(red.filter(({ kind }) => kind === 'collation').map(({ name }) => name)).toContain('provider');
  });
});
