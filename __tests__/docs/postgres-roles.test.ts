// The roles of docs/postgres-roles.md, made by the very SQL that stands there, on real servers.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readInputs } from '../../src/inputs/read.js';
import { folderCache } from '../../src/postgres/programs/index.js';
import type { Psql } from '../../src/postgres/psql.js';
import { runStatus } from '../../src/status/run.js';
import { clientMajors, Rig, rigMissing } from '../support/backup-rig.js';
import { messagesOf, restoring } from '../support/restore-rig.js';
import { provideClients } from '../support/clients.js';
import { Listener } from '../support/listener.js';
import { blocksOf, blockUnder, fieldsUnder, pathsOf } from './pages.js';

const PAGE = 'docs/postgres-roles.md';
const sqlUnder = (heading: string, nth?: number): string => blockUnder(PAGE, heading, 'sql', nth);
const EXTENSIONS = 'Extensions that only a superuser may create';
const newest = Math.max(...clientMajors.filter((major) => major <= 18));
const clients = await provideClients();

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: roles of the documentation: ${rigMissing}\n`);

const SHOP = [
  "CREATE ROLE app LOGIN PASSWORD 'secret'",
  'ALTER SCHEMA public OWNER TO app',
  'SET ROLE app',
  'CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric NOT NULL)',
  'INSERT INTO orders (total) SELECT n FROM generate_series(1, 100) n',
  'RESET ROLE',
];

/** Statements that only somebody who may change something can run. */
const WRITES = [
  'INSERT INTO public.orders (total) VALUES (1)',
  'UPDATE public.orders SET total = 0',
  'DELETE FROM public.orders',
  'TRUNCATE public.orders',
  'CREATE TABLE public.mine (id int)',
  'ALTER TABLE public.orders ADD COLUMN mine int',
  'DROP TABLE public.orders',
  "SELECT setval('public.orders_id_seq', 1)",
  'CREATE ROLE mine',
  'CREATE DATABASE mine',
];

(rigMissing === undefined ? describe : describe.skip)('the roles of the documentation', () => {
  let rig: Rig;
  let shop: Psql;
  const database = (user: string, name = 'shop'): string => rig.server.url(name, user, 'change-me');
  const backup = (inputs: Record<string, string> = {}) =>
    rig.backup({
      'database-url': database('pgkeep_backup'),
      storage: rig.storage().url,
      fingerprint: 'content',
      globals: 'true',
      ...inputs,
    });

  beforeAll(async () => {
    rig = await Rig.start(newest);
    shop = await rig.database('shop', ...SHOP);
    await shop.exec(sqlUnder('Backup'));
  });
  afterAll(() => rig?.stop());

  it('are all of the SQL on the page', () => {
    const tested = ['Backup', 'Row-level security', 'Large objects', 'Restore target', EXTENSIONS, 'Status'];
    expect(new Set(blocksOf(PAGE, 'sql').map(({ heading }) => heading))).toEqual(new Set(tested));
    expect(blocksOf(PAGE, 'sql')).toHaveLength(11);
  });

  it('make a complete backup with the one for it, also of tables that come later', async () => {
    await shop.exec('SET ROLE app', 'CREATE TABLE later AS SELECT * FROM orders', 'RESET ROLE');
    const { result, error } = await backup();
    expect(error).toBeUndefined();
    const manifest = result?.results[0]?.manifest;
    expect(manifest?.totals).toEqual({ tables: 2, rows: 200 });
    expect(fieldsUnder('docs/format.md', 'manifest.json')).toEqual(expect.arrayContaining(pathsOf(manifest)));
  });

  it.each(WRITES)('refuse it: %s', async (statement) => {
    const psql = await rig.psql('shop', 'pgkeep_backup', 'change-me');
    // The second lock is open: the rights alone must do.
    await expect(psql.exec('SET default_transaction_read_only = off', statement)).rejects.toThrow(
      /permission denied|must be owner|must be able/,
    );
  });

  it('hide no row behind row-level security: red without BYPASSRLS, complete with it', async () => {
    await shop.exec('ALTER TABLE orders ENABLE ROW LEVEL SECURITY');
    const refused = await backup();
    expect(messagesOf(refused.error)).toContain('Row-level security hides rows');
    await shop.exec(sqlUnder('Row-level security'));
    const { result, error } = await backup();
    expect(error).toBeUndefined();
    expect(result?.results[0]?.manifest.totals?.rows).toBe(200);
  });

  it('read large objects only once they are granted', async () => {
    const large = async (): Promise<void> =>
      shop.exec('SET ROLE app', "SELECT lo_from_bytea(0, 'a large object')", 'RESET ROLE');
    await large();
    const refused = await backup();
    expect(messagesOf(refused.error)).toMatch(/may not read large object/);
    await shop.exec(sqlUnder('Large objects'));
    expect((await backup()).error).toBeUndefined();
    // A new one is a new refusal, unless the server can be told beforehand.
    if (newest >= 18) await shop.exec(sqlUnder('Large objects', 1));
    await large();
    const { error } = await backup();
    if (newest >= 18) expect(error).toBeUndefined();
    else expect(messagesOf(error)).toMatch(/may not read large object/);
  });

  it('restore into a database that is made for it, and give objects back to their owner', async () => {
    const { folder, url } = rig.storage();
    expect((await backup({ storage: url })).error).toBeUndefined();
    expect(folder).not.toBe('');
    await shop.exec(sqlUnder('Restore target'));
    const inputs = { storage: url, 'database-url': database('pgkeep_restore', 'shop_new') };
    const asked = await restoring(rig, { ...inputs, owner: 'true', privileges: 'true' });
    expect(messagesOf(asked.error)).toMatch(
      /may not act for these owners: "app"[^]*default privileges of.*"app"/,
    );
    const poor = await restoring(rig, { ...inputs, 'database-url': database('pgkeep_restore', 'shop_poor') });
    expect(poor.error).toBeUndefined();
    expect(poor.result).toMatchObject({ matches: true, plan: { owner: false, withoutDefaultsOf: ['app'] } });
    await shop.exec(sqlUnder('Restore target', 1));
    const { result, error } = await restoring(rig, inputs);
    expect(error).toBeUndefined();
    expect(result?.matches).toBe(true);
    const restored = await rig.psql('shop_new');
    expect(
      await restored.value("SELECT tableowner FROM pg_catalog.pg_tables WHERE tablename = 'orders'"),
    ).toBe('app');
    await restored.close();
  });

  it('restore what needs a superuser into a target that a superuser has prepared', async () => {
    await shop.exec('CREATE EXTENSION pg_stat_statements');
    const { url } = rig.storage();
    expect((await backup({ storage: url })).error).toBeUndefined();
    const beside = { storage: url, 'database-url': database('pgkeep_restore', 'shop_refused') };
    expect(messagesOf((await restoring(rig, beside)).error)).toContain(
      'permission denied to create extension',
    );
    const admin = await rig.psql();
    await admin.exec(sqlUnder(EXTENSIONS));
    const copy = await rig.psql('shop_copy');
    await copy.exec(sqlUnder(EXTENSIONS, 1));
    await copy.close();
    const inputs = { storage: url, 'database-url': database('pgkeep_into', 'shop_copy') };
    const { result, error } = await restoring(rig, inputs);
    await shop.exec('DROP EXTENSION pg_stat_statements');
    expect(error).toBeUndefined();
    expect(result?.matches).toBe(true);
  });

  it('replace a database that they own', async () => {
    const { url } = rig.storage();
    expect((await backup({ storage: url })).error).toBeUndefined();
    await shop.exec(sqlUnder('Restore target', 2));
    await shop.close();
    const application = await rig.psql('shop', 'app', 'secret');
    const inputs = {
      storage: url,
      'database-url': database('pgkeep_restore'),
      mode: 'replace',
      confirm: 'shop',
    };
    const { result, error } = await restoring(rig, inputs);
    expect(error).toBeUndefined();
    expect(result?.matches).toBe(true);
    await expect(application.value('SELECT 1')).rejects.toThrow();
  });

  it('ask for the size of a database, and can read nothing in it', async () => {
    const admin = await rig.psql();
    await admin.exec(sqlUnder('Status'));
    await admin.close();
    const { url } = rig.storage();
    const all: Record<string, string> = {
      storage: url,
      'database-url': database('pgkeep_status'),
      'max-database-bytes': '1TB',
    };
    const { database: size } = await runStatus({
      inputs: readInputs('status', (name) => all[name]),
      env: process.env,
      tempDir: rig.folder,
      cache: folderCache(() => ('notRun' in clients ? '' : clients.cacheDir)),
      method: 'rootless',
      run: {},
      reporter: new Listener(),
      signal: new AbortController().signal,
    });
    expect(size?.problem).toBeNull();
    expect(size?.bytes).toBeGreaterThan(1_000_000);
    const psql = await rig.psql('shop', 'pgkeep_status', 'change-me');
    await expect(psql.exec('SELECT * FROM public.orders')).rejects.toThrow(/permission denied/);
  });
});

(rigMissing === undefined ? describe : describe.skip)(
  'the role of the documentation on PostgreSQL 13',
  () => {
    let rig: Rig;
    beforeAll(async () => {
      rig = await Rig.start(13);
    });
    afterAll(() => rig?.stop());

    it('makes a complete backup, also of tables that come later, and cannot write', async () => {
      const shop = await rig.database('shop', ...SHOP);
      await shop.exec(sqlUnder('Backup', 1));
      await shop.exec('SET ROLE app', 'CREATE TABLE later AS SELECT * FROM orders', 'RESET ROLE');
      const url = rig.server.url('shop', 'pgkeep_backup', 'change-me');
      const { result, error } = await rig.backup({ 'database-url': url, storage: rig.storage().url });
      expect(error).toBeUndefined();
      expect(result?.results[0]?.manifest.totals).toEqual({ tables: 2, rows: 200 });
      const psql = await rig.psql('shop', 'pgkeep_backup', 'change-me');
      await expect(psql.exec('DELETE FROM public.orders')).rejects.toThrow(/permission denied/);
    });
  },
);
