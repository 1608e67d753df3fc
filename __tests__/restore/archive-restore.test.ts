import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Psql } from '../../src/postgres/psql.js';
import {
  dropSubscriptions,
  restoreInto,
  type Restored,
  type RestoreInto,
} from '../../src/restore/archive/index.js';
import type { Format } from '../../src/restore/types.js';
import { ArchiveLab, pairedMajors } from '../support/archives.js';
import { rigMissing } from '../support/backup-rig.js';
import { Listener } from '../support/listener.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: restoring archives: ${rigMissing}\n`);

const FORMATS: readonly Format[] = ['custom', 'directory', 'plain'];
const suite = rigMissing === undefined ? describe.each(pairedMajors()) : describe.skip.each([0]);

suite('restoring archives of PostgreSQL %i', (major) => {
  let lab: ArchiveLab;
  let count = 0;
  /** Stands for the other server. */
  let other: Server;
  let connections = 0;

  beforeAll(async () => {
    other = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    lab = await ArchiveLab.start(major);
    await lab.shop.exec(
      `ALTER SERVER srv OPTIONS (SET port '${(other.address() as AddressInfo).port}')`,
      `CREATE USER MAPPING FOR postgres SERVER srv OPTIONS (user 'u', password 'p')`,
      'CREATE EXTENSION file_fdw',
      'CREATE SERVER files FOREIGN DATA WRAPPER file_fdw',
      `CREATE FOREIGN TABLE app.passwd (line text) SERVER files OPTIONS (filename '/etc/passwd')`,
      'CREATE FOREIGN TABLE app.ft (a int) SERVER srv',
      'CREATE VIEW app.over AS SELECT a FROM app.ft',
      'CREATE MATERIALIZED VIEW app.far AS SELECT * FROM app.over WITH NO DATA',
      'CREATE MATERIALIZED VIEW app.lines AS SELECT * FROM app.passwd',
      // As if it had been filled, which takes a server that answers.
      `UPDATE pg_class SET relispopulated = true WHERE oid = 'app.far'::regclass`,
    );
    connections = 0;
  });
  afterAll(async () => {
    await lab.stop();
    await new Promise((resolve) => other.close(resolve));
  });

  /** Restores into a new database. */
  async function into(
    archive: { format: Format; path: string },
    options: Partial<RestoreInto> = {},
    ...before: string[]
  ): Promise<Restored & { psql: Psql; database: string }> {
    const database = `restored_${(count += 1)}`;
    const psql = await lab.rig.database(database, ...before);
    const restored = await restoreInto({
      archive,
      database,
      programs: lab.programs,
      connection: lab.connection(),
      jobs: archive.format === 'plain' ? 1 : 2,
      content: 'all',
      owner: true,
      privileges: true,
      singleTransaction: false,
      estimatedBytes: null,
      reporter: new Listener(),
      signal: new AbortController().signal,
      neutralised: true,
      ...options,
    });
    return { ...restored, psql, database };
  }
  const real = ({ errors }: Restored): unknown[] => errors.filter(({ harmless }) => harmless === undefined);
  const facts = async (psql: Psql): Promise<object> => ({
    evil: await psql.rows('SELECT t FROM app.evil ORDER BY t'),
    orders: await psql.value('SELECT count(*)::text || sum(amount) FROM app.orders'),
    customers: await psql.value('SELECT count(*) FROM app.customers'),
    objects: await psql.value('SELECT count(*) FROM pg_largeobject_metadata'),
    sequence: await psql.value(`SELECT last_value FROM app.orders_id_seq`),
    mv: await psql.value('SELECT c FROM app.mv'),
    triggers: await psql.value('SELECT count(*) FROM pg_event_trigger'),
    owner: await psql.value(`SELECT relowner::regrole FROM pg_class WHERE oid = 'app.orders'::regclass`),
    acl: await psql.value(`SELECT relacl::text FROM pg_class WHERE oid = 'app.orders'::regclass`),
    pwned: await psql.value(`SELECT to_regclass('public.pwned') IS NULL`),
    odd: await psql.value('SELECT count(*) FROM "x; Type: TABLE DATA; Schema: s; Owner: o"'),
  });

  describe.each(FORMATS)('in %s', (format) => {
    const dump = (...args: string[]): ReturnType<ArchiveLab['dump']> =>
      lab.dump(format, 'shop', ...(format === 'plain' ? ['--create'] : []), ...args);

    it('brings everything back, and reaches no other server', async () => {
      const restored = await into(await dump());
      expect(real(restored)).toEqual([]);
      expect(await facts(restored.psql)).toEqual(await facts(lab.shop));
      expect(connections).toBe(0);
      expect(restored.errors.map(({ message }) => message).sort()).toEqual([
        'foreign-data wrapper "file_fdw" has no handler',
        'foreign-data wrapper "postgres_fdw" has no handler',
      ]);
      expect(restored.dependsOnForeign).toEqual([
        { schema: 'app', name: 'far' },
        { schema: 'app', name: 'lines' },
      ]);
      expect(restored.neutralised).toEqual([
        'foreign server files',
        'foreign server srv',
        'user mapping of TO mapped on srv',
        'user mapping of postgres on srv',
        'subscription sub',
      ]);
      await expect(restored.psql.value('SELECT count(*) FROM app.ft')).rejects.toThrow(/no handler/);
      expect(
        await restored.psql.value(
          `SELECT string_agg(coalesce(umoptions::text, '-'), ',') FROM pg_user_mapping`,
        ),
      ).toBe('-,-');
      expect(await restored.psql.value('SELECT count(*) FROM pg_subscription WHERE subenabled')).toBe('0');
      expect(connections).toBe(0);
      // A database with a subscription cannot be dropped.
      const admin = await lab.rig.psql();
      await dropSubscriptions(restored.psql);
      await restored.psql.close();
      await admin.exec(`DROP DATABASE ${restored.database}`);
      await admin.close();
    });

    it('does reach one where it may, which is what the others are protected from', async () => {
      const restored = await into(await dump(), { neutralised: false });
      expect(connections).toBeGreaterThan(0);
      connections = 0;
      expect(restored.errors.map(({ message }) => message)).toEqual([
        expect.stringContaining('could not connect to server "srv"'),
      ]);
      expect(await restored.psql.value('SELECT count(*) > 0 FROM app.lines')).toBe('t');
    });

    it('can leave out owners and privileges', async () => {
      const restored = await into(await dump(), { owner: false, privileges: false });
      expect(real(restored)).toEqual([]);
      expect(await facts(restored.psql)).toEqual({
        ...(await facts(lab.shop)),
        owner: 'postgres',
        acl: '',
      });
    });

    it('can restore definitions alone, without the default privileges of a role', async () => {
      const some = await into(await dump(), { content: 'schema', withoutDefaultsOf: ['reader'] });
      expect(await some.psql.value('SELECT count(*) FROM pg_default_acl')).toBe('1');
      const restored = await into(await dump(), { content: 'schema', withoutDefaultsOf: ['grantor'] });
      expect(real(restored)).toEqual([]);
      expect(await restored.psql.value('SELECT count(*) FROM pg_default_acl')).toBe('0');
      expect(
        await restored.psql.value(
          'SELECT (SELECT count(*) FROM app.orders) + (SELECT count(*) FROM pg_largeobject_metadata)',
        ),
      ).toBe('0');
      expect(await restored.psql.value('SELECT count(*) FROM pg_event_trigger')).toBe('1');
    });

    it('tells what failed, with its entry and statement, and goes on', async () => {
      const restored = await into(
        await dump(),
        {},
        'CREATE SCHEMA app',
        `CREATE VIEW app.evil AS SELECT 'x'::text AS t`,
      );
      const messages = restored.errors.map(({ message, entry }) => [message, entry]);
      expect(messages).toContainEqual([
        'schema "app" already exists',
        expect.stringMatching(/^SCHEMA app|^app; Type: SCHEMA/),
      ]);
      expect(messages).toContainEqual([
        'relation "evil" already exists',
        expect.stringMatching(/TABLE evil|evil; Type: TABLE/),
      ]);
      expect(messages).toContainEqual([
        expect.stringContaining('cannot'),
        expect.stringMatching(/TABLE DATA evil|evil; Type: TABLE DATA/),
      ]);
      expect(restored.errors.find(({ message }) => message.includes('"evil" already'))?.statement).toMatch(
        /^CREATE TABLE app.evil \(/,
      );
      // The rows of a COPY that failed are no statements.
      expect(await restored.psql.value(`SELECT to_regclass('public.pwned') IS NULL`)).toBe('t');
      expect(await restored.psql.value('SELECT count(*) FROM app.customers')).toBe('1000');
      expect(await restored.psql.value('SELECT count(*) FROM app.orders')).toBe('5000');
    });

    it('can be all or nothing', async () => {
      const none = await into(
        await dump(),
        { singleTransaction: true, jobs: 1, neutralised: false },
        'CREATE TABLE public."x; Type: TABLE DATA; Schema: s; Owner: o" (a int)',
      );
      expect(none.errors).toHaveLength(1);
      expect(none.errors[0]?.message).toMatch(/already exists/);
      expect(await none.psql.value(`SELECT to_regnamespace('app') IS NULL`)).toBe('t');
      expect(await none.psql.value('SELECT count(*) FROM pg_largeobject_metadata')).toBe('0');
      connections = 0;
    });
  });
});
