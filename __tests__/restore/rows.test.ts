import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHistory } from '../../src/backup/history.js';
import { CancelledError, ExplainedError } from '../../src/base/errors.js';
import type { Psql } from '../../src/postgres/psql.js';
import { openStore } from '../../src/storage/registry.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { until } from '../support/children.js';
import { testMajors } from '../support/majors.js';
import { messagesOf, restoring } from '../support/restore-rig.js';

const majors = rigMissing === undefined ? testMajors().filter((major) => [13, 17].includes(major)) : [];
if (majors.length === 0) process.stderr.write(`NOT RUN: rows: ${rigMissing ?? 'no server'}\n`);
const suite = majors.length === 0 ? describe.skip.each([0]) : describe.each(majors);

const linesIn = async (storage: string, family: string) =>
  (await readHistory(await openStore(storage, { env: {} }), family)).records;

/** The name of a child sorts before that of its parent, as archives have them. */
const TABLES = [
  'CREATE TABLE parents (id serial PRIMARY KEY, what text)',
  'CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents, above int REFERENCES children)',
];
const ROWS = [
  "INSERT INTO parents (what) VALUES ('one'), ('two')",
  'INSERT INTO children VALUES (2, 2, NULL), (1, 1, 2)',
];
const MEDDLES = [
  'CREATE TABLE audit (what text)',
  `CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.audit VALUES (NEW.what); NEW.what := 'changed'; RETURN NEW; END $$`,
  'CREATE TRIGGER meddling BEFORE INSERT ON parents FOR EACH ROW EXECUTE FUNCTION meddle()',
];
/** Rows point at each other. */
const CIRCLE = [
  'CREATE TABLE ones (id int PRIMARY KEY, other int)',
  'CREATE TABLE others (id int PRIMARY KEY, one int REFERENCES ones)',
  'ALTER TABLE ones ADD CONSTRAINT round FOREIGN KEY (other) REFERENCES others',
];
const CIRCLE_ROWS = [
  'INSERT INTO ones VALUES (1, NULL)',
  'INSERT INTO others VALUES (1, 1)',
  'UPDATE ones SET other = 1',
];

suite('restoring rows alone on PostgreSQL %s', (major) => {
  let rig: Rig;
  let admin: Psql;

  const make = async (name: string, owner: string, ...statements: string[]): Promise<void> => {
    await (await rig.database(name)).close();
    await admin.exec(`ALTER DATABASE ${name} OWNER TO ${owner}`);
    const psql = owner === 'poor' ? await rig.psql(name, 'poor', 'secret') : await rig.psql(name);
    if (owner === 'poor') {
      const chief = await rig.psql(name);
      await chief.exec('GRANT ALL ON SCHEMA public TO poor');
      await chief.close();
    }
    await psql.exec(...statements);
    await psql.close();
  };

  const ask = async (database: string, sql: string): Promise<unknown> => {
    const psql = await rig.psql(database);
    try {
      return await psql.query(`SELECT json_agg(r) FROM (${sql}) AS r`);
    } finally {
      await psql.close();
    }
  };

  const backup = async (name: string): Promise<string> => {
    const { folder } = await rig.publish(name);
    return `file://${folder.split('/').slice(0, -2).join('/')}`;
  };

  const rowsInto = (
    name: string,
    storage: string,
    role: string,
    more: Record<string, string> = {},
    signal = new AbortController().signal,
  ) =>
    restoring(
      rig,
      {
        storage,
        'database-url': role === 'poor' ? rig.server.url(name, 'poor', 'secret') : rig.server.url(name),
        content: 'data',
        confirm: name,
        ...more,
      },
      { signal },
    );

  let plain: string;
  let meddled: string;
  let circle: string;

  beforeAll(async () => {
    rig = await Rig.start(major);
    admin = await rig.psql();
    await admin.exec("CREATE ROLE poor LOGIN PASSWORD 'secret'");
    await make('source_plain', 'postgres', ...TABLES, ...ROWS);
    await make('source_meddled', 'postgres', ...TABLES, ...ROWS, ...MEDDLES);
    await make('source_circle', 'postgres', ...CIRCLE, ...CIRCLE_ROWS);
    plain = await backup('source_plain');
    meddled = await backup('source_meddled');
    circle = await backup('source_circle');
  }, 180_000);

  afterAll(() => rig?.stop());

  it('brings them back as they were, whatever triggers do', async () => {
    await make('target_meddled', 'postgres', ...TABLES, ...MEDDLES);
    const { result, error } = await rowsInto('target_meddled', meddled, 'postgres');
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'restored', matches: true });
    expect(await ask('target_meddled', 'SELECT what FROM parents ORDER BY id')).toEqual([
      { what: 'one' },
      { what: 'two' },
    ]);
    expect(await ask('target_meddled', 'SELECT what FROM audit')).toBeNull();
    expect(
      await ask('target_meddled', "SELECT tgenabled AS on FROM pg_trigger WHERE tgname = 'meddling'"),
    ).toEqual([{ on: 'O' }]);
  });

  it('refuses where triggers would change them and cannot be kept from it', async () => {
    await make('target_watched', 'poor', ...TABLES, ...MEDDLES);
    const { error } = await rowsInto('target_watched', meddled, 'poor');
    expect(messagesOf(error)).toContain('meddling on public.parents');
    expect(messagesOf(error)).toContain('DISABLE TRIGGER');
    expect(await ask('target_watched', 'SELECT FROM parents')).toBeNull();
    const owner = await rig.psql('target_watched', 'poor', 'secret');
    await owner.exec('ALTER TABLE parents DISABLE TRIGGER meddling');
    await owner.close();
    const again = await rowsInto('target_watched', meddled, 'poor');
    expect(messagesOf(again.error)).toBe('undefined');
    expect(again.result?.matches).toBe(true);
  });

  it('refuses triggers that fire always', async () => {
    await make(
      'target_always',
      'postgres',
      ...TABLES,
      ...MEDDLES,
      'ALTER TABLE parents ENABLE ALWAYS TRIGGER meddling',
    );
    const { error } = await rowsInto('target_always', meddled, 'postgres');
    expect(messagesOf(error)).toContain('meddling on public.parents');
    expect(await ask('target_always', 'SELECT FROM parents')).toBeNull();
  });

  it.each(['postgres', 'poor'])('puts parents before their children, as %s', async (role) => {
    await make(`target_plain_${role}`, role, ...TABLES);
    const { result, error } = await rowsInto(`target_plain_${role}`, plain, role);
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'restored', matches: true });
    expect(await ask(`target_plain_${role}`, "SELECT nextval('parents_id_seq')::text AS next")).toEqual([
      { next: '3' },
    ]);
  });

  it('checks foreign keys that lead to what is not restored', async () => {
    await make('target_part', 'postgres', ...TABLES, "INSERT INTO parents VALUES (1, 'one')");
    const asked = { tables: 'children' };
    const { error } = await rowsInto('target_part', plain, 'postgres', asked);
    expect(messagesOf(error)).toMatch(/violates foreign key constraint[^]*children_parent_fkey/);
    expect(await ask('target_part', 'SELECT FROM children')).toBeNull();
    const psql = await rig.psql('target_part');
    await psql.exec("INSERT INTO parents VALUES (2, 'two')");
    await psql.close();
    expect(messagesOf((await rowsInto('target_part', plain, 'postgres', asked)).error)).toBe('undefined');
  });

  it('restores rows that point at each other, or says what to do', async () => {
    await make('target_circle', 'postgres', ...CIRCLE);
    const { result, error } = await rowsInto('target_circle', circle, 'postgres');
    expect(messagesOf(error)).toBe('undefined');
    expect(result?.matches).toBe(true);
    await make('target_round', 'poor', ...CIRCLE);
    const refused = await rowsInto('target_round', circle, 'poor');
    expect(messagesOf(refused.error)).toContain('round of public.ones');
    expect(await ask('target_round', 'SELECT FROM ones')).toBeNull();
    const owner = await rig.psql('target_round', 'poor', 'secret');
    await owner.exec('ALTER TABLE ones ALTER CONSTRAINT round DEFERRABLE INITIALLY DEFERRED');
    await owner.close();
    expect(messagesOf((await rowsInto('target_round', circle, 'poor')).error)).toBe('undefined');
  });

  /** Programs of which pg_restore says at its end, or instead of doing anything, that the connection broke; or does not end. */
  const breaking = (restores: boolean | 'stays'): string => {
    const bin = mkdtempSync(join(rig.folder, 'bin-'));
    chmodSync(bin, 0o755);
    for (const name of ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall'] as const) {
      const settings = Object.entries(rig.programs.env).map(([key, value]) => `export ${key}='${value}'`);
      const real = `'${rig.programs.path(name)}' "$@"`;
      const says =
        restores === 'stays'
          ? 'exec sleep 60'
          : `echo 'pg_restore: error: error returned by PQexec: server closed the connection unexpectedly' >&2; exit 1`;
      const script =
        name === 'pg_restore'
          ? `case "$*" in *--single-transaction*) ${restores === false ? '' : `${real} || exit 9; `}${says};; esac\nexec ${real}`
          : `exec ${real}`;
      writeFileSync(join(bin, name), ['#!/bin/sh', ...settings, script, ''].join('\n'), { mode: 0o755 });
    }
    return bin;
  };

  it.each([true, false])('knows after a break whether rows are there: %s', async (restored) => {
    const name = `target_broken_${restored}`;
    // No values of sequences, which are restored by themselves.
    await make(name, 'postgres', ...CIRCLE);
    const bin = breaking(restored);
    const { result, error, said } = await rowsInto(name, circle, 'postgres', { 'postgres-bin': bin });
    if (restored) {
      expect(messagesOf(error)).toBe('undefined');
      expect(result).toMatchObject({ outcome: 'restored', matches: true });
      expect(said.warnings.join('\n')).toContain('The connection broke at the very end');
    } else {
      expect(messagesOf(error)).toContain(`Database "${name}" is as it was.`);
      expect(await ask(name, 'SELECT FROM ones')).toBeNull();
    }
  });

  it("restores definitions where what every database has is there and not the role's own", async () => {
    await make(
      'source_public',
      'postgres',
      'CREATE EXTENSION hstore',
      "COMMENT ON EXTENSION hstore IS 'ours'",
      'ALTER SCHEMA public OWNER TO postgres',
      "COMMENT ON SCHEMA public IS 'ours'",
      'GRANT ALL ON SCHEMA public TO poor',
      ...TABLES,
      'CREATE TABLE bags (id int, bag hstore)',
    );
    const storage = await backup('source_public');
    for (const content of ['schema', 'all']) {
      const name = `target_public_${content}`;
      await make(name, 'poor');
      const chief = await rig.psql(name);
      await chief.exec('CREATE EXTENSION hstore');
      await chief.close();
      const { result, error } = await rowsInto(name, storage, 'poor', { content, owner: 'false' });
      expect(messagesOf(error)).toBe('undefined');
      expect(result?.findings.filter(({ verdict }) => verdict === 'different')).toEqual([]);
      expect(result).toMatchObject({ outcome: 'restored', database: name });
    }
  });

  it('takes no table for empty whose rows the role cannot see', async () => {
    await make('target_hidden', 'postgres', ...TABLES, "INSERT INTO parents VALUES (7, 'theirs')");
    const chief = await rig.psql('target_hidden');
    await chief.exec(
      'GRANT ALL ON ALL TABLES IN SCHEMA public TO poor',
      'GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO poor',
      'ALTER TABLE parents ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY mine ON parents USING (id <> 7) WITH CHECK (true)',
    );
    await chief.close();
    const { error } = await rowsInto('target_hidden', plain, 'poor');
    expect(messagesOf(error)).toMatch(/may not see whether they are empty[^]*BYPASSRLS[^]*"parents"/);
    expect(error).toBeInstanceOf(ExplainedError);
    expect((error as ExplainedError).anonymous).not.toContain('parents');
    expect(await ask('target_hidden', 'SELECT id FROM parents')).toEqual([{ id: 7 }]);
  });

  it("tells an extension's own rows from those of its users", async () => {
    /** As an extension makes it with pg_extension_config_dump. */
    const filled = (...ids: number[]): string[] => [
      'CREATE EXTENSION hstore',
      'CREATE TABLE systems (id int)',
      'ALTER EXTENSION hstore ADD TABLE systems',
      `UPDATE pg_extension SET extconfig = ARRAY['systems'::regclass::oid], extcondition = ARRAY['WHERE systems.id > 10'] WHERE extname = 'hstore'`,
      ...ids.map((id) => `INSERT INTO systems VALUES (${id})`),
    ];
    await make('source_config', 'postgres', ...filled(1, 11), ...TABLES, ...ROWS);
    const storage = await backup('source_config');
    const all = { content: 'all', schemas: 'public' };
    const systems = 'SELECT json_agg(id ORDER BY id) AS ids FROM systems';
    for (const [content, asked, tables] of [
      ['data', {}, TABLES],
      ['all', all, ['CREATE TABLE mine (a int)']],
    ] as const) {
      await make(`target_own_${content}`, 'postgres', ...filled(1), ...tables);
      const own = await rowsInto(`target_own_${content}`, storage, 'postgres', asked);
      expect(messagesOf(own.error)).toBe('undefined');
      expect(await ask(`target_own_${content}`, systems)).toEqual([{ ids: [1, 11] }]);
      await make(`target_users_${content}`, 'postgres', ...filled(1, 12), ...tables);
      const users = await rowsInto(`target_users_${content}`, storage, 'postgres', asked);
      expect(messagesOf(users.error)).toContain('these have rows: public.systems');
      expect(await ask(`target_users_${content}`, systems)).toEqual([{ ids: [1, 12] }]);
    }
  });

  it('leaves the schemas of a database in use as they are', async () => {
    await make(
      'source_schemas',
      'postgres',
      'REVOKE USAGE ON SCHEMA public FROM PUBLIC',
      "COMMENT ON SCHEMA public IS 'theirs'",
      'CREATE SCHEMA sales',
      'GRANT USAGE ON SCHEMA sales TO poor',
      'ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO poor',
      'CREATE TABLE shops (id int)',
      'CREATE TABLE sales.bills (id int)',
    );
    const storage = await backup('source_schemas');
    const state = `SELECT nspname, nspacl::text, obj_description(oid, 'pg_namespace') AS comment,
      (SELECT count(*) FROM pg_default_acl) AS acls FROM pg_namespace WHERE nspname IN ('public', 'sales') ORDER BY 1`;
    for (const asked of [{ schemas: 'public\nsales', content: 'all' }, { content: 'schema' }]) {
      const name = `target_schemas_${asked.content}`;
      const used = ['CREATE SCHEMA sales', 'CREATE TABLE mine (a int)', "COMMENT ON SCHEMA public IS 'own'"];
      await make(name, 'postgres', ...used);
      const before = await ask(name, state);
      const { result, error, said } = await rowsInto(name, storage, 'postgres', asked);
      expect(messagesOf(error)).toBe('undefined');
      expect(result).toMatchObject({ outcome: 'restored' });
      expect(await ask(name, state)).toEqual(before);
      expect(result?.findings).toContainEqual(
        expect.objectContaining({ kind: 'definitions', verdict: 'not measured' }),
      );
      // The archive says something of public in any major, but nothing that belongs to what is chosen by schema.
      const kept = asked.content === 'schema' ? '"public", "sales"' : '"sales"';
      expect(said.warnings.join('\n')).toContain(`stay as they are: ${kept}.`);
      expect(await ask(name, "SELECT to_regclass('sales.bills') IS NOT NULL AS there")).toEqual([
        { there: true },
      ]);
    }
  });

  it('leaves sequences alone when the rows are refused at the very end', async () => {
    await make(
      'target_late',
      'postgres',
      ...TABLES,
      'CREATE TABLE known (id int PRIMARY KEY)',
      'ALTER TABLE parents ADD FOREIGN KEY (id) REFERENCES known DEFERRABLE INITIALLY DEFERRED',
      "SELECT setval('parents_id_seq', 1000)",
    );
    const { error } = await rowsInto('target_late', plain, 'postgres');
    expect(messagesOf(error)).toContain('violates foreign key constraint');
    expect(await ask('target_late', 'SELECT last_value AS last FROM parents_id_seq')).toEqual([
      { last: 1000 },
    ]);
  });

  it('leaves sequences where they are that are further on than in the backup', async () => {
    await make('target_further', 'postgres', ...TABLES, "SELECT setval('parents_id_seq', 1000)");
    const { result, error, said } = await rowsInto('target_further', plain, 'postgres');
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'restored', matches: true });
    expect(said.warnings.join('\n')).toMatch(/further on in the target[^]*: public\.parents_id_seq\./);
    expect(result?.findings).toContainEqual(
      expect.objectContaining({ kind: 'sequence', name: 'public.parents_id_seq', verdict: 'not measured' }),
    );
    expect(await ask('target_further', "SELECT nextval('parents_id_seq')::text AS next")).toEqual([
      { next: '1001' },
    ]);
  });

  it('refuses before anything is changed where sequences are not there, or not to be set', async () => {
    await make(
      'target_bare',
      'postgres',
      'CREATE TABLE parents (id int, what text)',
      TABLES[1]!.replace('REFERENCES parents', ''),
    );
    const bare = await rowsInto('target_bare', plain, 'postgres');
    expect(messagesOf(bare.error)).toContain('and these are not: public.parents_id_seq');
    expect(await ask('target_bare', 'SELECT FROM parents')).toBeNull();
    await make('target_closed', 'postgres', ...TABLES, 'GRANT ALL ON ALL TABLES IN SCHEMA public TO poor');
    const closed = await rowsInto('target_closed', plain, 'poor');
    expect(messagesOf(closed.error)).toMatch(/may not read and set[^]*public\.parents_id_seq/);
    expect(await ask('target_closed', 'SELECT FROM parents')).toBeNull();
  });

  it('says that it is restored when it is cancelled once that is committed', async () => {
    await make('target_cancelled', 'postgres', ...TABLES);
    const stop = new AbortController();
    // All is restored and committed; pg_restore has not ended when the signal comes.
    const restore = rowsInto(
      'target_cancelled',
      plain,
      'postgres',
      { 'postgres-bin': breaking('stays') },
      stop.signal,
    );
    await until('the rows are there', async () =>
      (await ask('target_cancelled', 'SELECT FROM parents')) === null ? undefined : true,
    );
    stop.abort();
    const { result, error, said } = await restore;
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'restored', database: 'target_cancelled', matches: null });
    expect(result?.findings.filter(({ verdict }) => verdict === 'different')).toEqual([]);
    expect(said.warnings.join('\n')).toContain('restored in database "target_cancelled" already');
    expect(result?.notes.join('\n')).toContain('was cancelled');
    // Without it the next row would collide with those that are there now.
    expect(await ask('target_cancelled', "SELECT nextval('parents_id_seq')::text AS next")).toEqual([
      { next: '3' },
    ]);
    // Who asks later who changed that database finds the answer where the backup is.
    expect((await linesIn(plain, 'source_plain')).at(-1)).toMatchObject({
      outcome: 'failure',
      backup: result?.plan.backup.id,
      error: expect.stringContaining('cancelled when everything was restored'),
    });
  });

  it('is cancelled where nothing was committed', async () => {
    await make('target_undone', 'postgres', ...TABLES, 'CREATE TABLE known (id int PRIMARY KEY)');
    const logged = await linesIn(plain, 'source_plain');
    const holder = await rig.psql('target_undone');
    await holder.exec('BEGIN', 'LOCK TABLE children IN SHARE MODE');
    const stop = new AbortController();
    const restore = rowsInto('target_undone', plain, 'postgres', {}, stop.signal);
    await until('the restore waits for the lock', async () => {
      const waiting = await admin.value('SELECT count(*) FROM pg_locks WHERE NOT granted');
      return waiting === '0' ? undefined : true;
    });
    stop.abort();
    const { error } = await restore;
    await holder.close();
    expect(error).toBeInstanceOf(CancelledError);
    expect(messagesOf(error)).toContain('Database "target_undone" is as it was.');
    expect(await linesIn(plain, 'source_plain')).toEqual(logged);
    expect(await ask('target_undone', 'SELECT FROM parents')).toBeNull();
  });
});
