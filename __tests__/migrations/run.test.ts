import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CancelledError, messageOf } from '../../src/base/errors.js';
import { migrationOutputs, redReasons } from '../../src/migrations/result.js';
import type { Fact } from '../../src/migrations/types.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { newestMajors } from '../support/majors.js';
import { check, type Check } from '../support/migration-rig.js';

const majors = rigMissing === undefined ? newestMajors() : [];
if (majors.length === 0) process.stderr.write(`NOT RUN: check-migrations: ${rigMissing ?? 'no server'}\n`);
const suite = majors.length === 0 ? describe.skip.each([0]) : describe.each(majors);

suite('migrations tried on a backup of PostgreSQL %s', (major) => {
  let rig: Rig;
  let storage: string;
  /** Of a database that belongs to the server's first role. */
  let plain: string;

  beforeAll(async () => {
    rig = await Rig.start(major);
    const admin = await rig.psql();
    await admin.exec(`CREATE ROLE app LOGIN PASSWORD 'app'`);
    const psql = await rig.database(
      'shop',
      'CREATE TABLE orders (id int PRIMARY KEY, note text, sum numeric)',
      `INSERT INTO orders SELECT i, CASE WHEN i % 2 = 0 THEN 'ann@example.org' END, i FROM generate_series(1, 1000) i`,
      'CREATE TABLE people (id int PRIMARY KEY, name text)',
      `INSERT INTO people SELECT i, 'n' || i FROM generate_series(1, 10) i`,
      'CREATE SCHEMA inner_space',
      'ALTER TABLE orders OWNER TO app',
    );
    await psql.close();
    await admin.exec(
      'ALTER DATABASE shop OWNER TO app',
      `ALTER DATABASE shop SET search_path TO inner_space, public`,
    );
    await admin.close();
    const { folder } = await rig.publish('shop', { globals: 'true' });
    storage = `file://${folder.split('/').slice(0, -2).join('/')}`;
    const other = await rig.database(
      'plain',
      'CREATE TABLE parts (id int)',
      'INSERT INTO parts SELECT i FROM generate_series(1, 5000) i',
      `ALTER ROLE postgres IN DATABASE plain SET log_min_messages = 'panic'`,
    );
    await other.close();
    const published = await rig.publish('plain', { globals: 'true' });
    plain = `file://${published.folder.split('/').slice(0, -2).join('/')}`;
  }, 180_000);
  afterAll(() => rig?.stop());

  /** A check of SQL that psql runs as a script, all of it sent as the file has it. */
  const sql = async (script: string, inputs: Record<string, string> = {}): Promise<Check> => {
    const folder = mkdtempSync(join(rig.folder, 'repository-'));
    writeFileSync(join(folder, '1.sql'), script);
    return check(rig, {
      storage,
      command: 'psql -X -q -v ON_ERROR_STOP=1 -f 1.sql',
      'working-directory': folder,
      ...inputs,
    });
  };
  const factsOf = ({ report, error }: Check): [Fact['kind'], boolean][] => {
    expect(messageOf(error)).toBe('undefined');
    return (report?.facts ?? []).map(({ kind, fails }) => [kind, fails]);
  };

  it('passes what adds, and says what it did; nothing is left', async () => {
    const before = readdirSync(rig.folder).filter((name) => name.startsWith('pgkeep-'));
    const done = await sql('CREATE TABLE items (id int);\nALTER TABLE public.orders ADD COLUMN at date;\n');
    expect(factsOf(done)).toEqual([]);
    const report = done.report;
    expect(report).toMatchObject({
      outcome: 'passed',
      name: 'shop',
      command: { outcome: 'succeeded', exitCode: 0 },
      effects: { dropped: [], lost: [], rewritten: [] },
    });
    // On a machine that is busy with something else the locks could not be looked at all the time.
    expect(
      report?.notMeasured.filter((sentence) => !sentence.startsWith('Locks were not looked at')),
    ).toEqual([]);
    // The database's own settings hold: the new table is where it would be.
    expect(report?.schema.map(({ change, kind, name }) => [change, kind, name])).toEqual(
      expect.arrayContaining([
        ['added', 'TABLE', 'inner_space.items'],
        ['changed', 'TABLE', 'public.orders'],
      ]),
    );
    expect(report?.statements.map((statement) => statement.sql)).toEqual([
      expect.stringMatching(/^CREATE TABLE items/),
      expect.stringMatching(/^ALTER TABLE public.orders/),
    ]);
    expect(redReasons(report!)).toEqual([]);
    expect(migrationOutputs(report!)).toMatchObject({ 'rows-lost': 0 });
    expect(readdirSync(rig.folder).filter((name) => name.startsWith('pgkeep-'))).toEqual(before);
  });

  it('runs as the owner of the database, with nothing of ours', async () => {
    const done = await check(
      rig,
      {
        storage,
        command:
          'psql -X -Atc "SELECT \'I am \' || session_user || \' in \' || current_database()" && psql -X -Atc "SELECT 1" "$DATABASE_URL" && (env | grep -cE "^(INPUT_|GITHUB_TOKEN)" || true)',
      },
      { env: { INPUT_PASSPHRASE: 'x', GITHUB_TOKEN: 'y' } },
    );
    expect(factsOf(done)).toEqual([]);
    expect(done.said.lines).toEqual(
      expect.arrayContaining(['command: I am app in shop', 'command: 1', 'command: 0']),
    );
  });

  it('sees what is lost, and how long who would have waited', async () => {
    const done = await sql(
      `BEGIN;
ALTER TABLE public.orders DROP COLUMN note;
SELECT pg_sleep(0.6);
COMMIT;
TRUNCATE public.people;
ALTER TABLE public.orders ALTER COLUMN id TYPE bigint;
`,
      { 'fail-on': 'error\ndata-loss\nrewrite', 'max-lock-duration': '200ms' },
    );
    const facts = factsOf(done);
    expect(done.report?.outcome).toBe('failed');
    expect(facts).toEqual(
      expect.arrayContaining([
        ['data-loss', true],
        ['rewrite', true],
        ['lock', true],
      ]),
    );
    const messages = done.report?.facts.map(({ message }) => message).join('\n');
    expect(messages).toContain('public.orders.note is gone, with 500 values');
    expect(messages).toContain('public.people has lost 10 rows of 10');
    expect(messages).toMatch(
      /ACCESS EXCLUSIVE on public\.orders was held for .*: reads and writes would have waited/,
    );
    const lock = done.report?.facts.find(({ kind }) => kind === 'lock');
    expect(done.report?.statements[lock?.statement ?? -1]?.file).toEqual({ path: '1.sql', line: 2 });
    expect(migrationOutputs(done.report!)).toMatchObject({ 'rows-lost': 10 });
    expect(redReasons(done.report!).length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(done.report)).not.toContain('ann@');
  });

  it('takes an approval for lost data and for nothing else', async () => {
    const approval = () => Promise.resolve({ label: 'data-loss-ok', by: 'ann' });
    const inputs = { storage, command: 'psql -X -c "DROP TABLE public.people"' };
    const approved = await check(rig, inputs, { approval });
    expect(approved.report).toMatchObject({
      outcome: 'approved',
      approvedBy: { label: 'data-loss-ok', by: 'ann' },
    });
    expect(redReasons(approved.report!)).toEqual([]);
    const failing = { ...inputs, command: `${inputs.command}; false` };
    expect((await check(rig, failing, { approval })).report?.outcome).toBe('failed');
  });

  it.each<[string, string, Record<string, string>, [Fact['kind'], boolean][], RegExp]>([
    ['that is not there', 'no-such-migrator up', {}, [['error', true]], /not found by the shell/],
    [
      'that fails',
      'psql -X -c "SELECT 1/0"',
      {},
      [['error', true]],
      /exit code 1\. The server's last error: division by zero/,
    ],
    [
      'that hangs',
      'psql -X -c "SELECT pg_sleep(1000)"',
      { 'max-duration': '2s' },
      [['duration', true]],
      /ended after/,
    ],
    [
      'that hides an error',
      'psql -X -c "CREATE TABLE public.orders ()" || true',
      {},
      [['hidden-error', true]],
      /although a statement failed/,
    ],
    ['that makes roles', 'psql -X -c "CREATE ROLE mallory"', {}, [['new-role', false]], /1 role: mallory/],
    [
      'that leaves an index half built',
      'psql -X -c "INSERT INTO public.people SELECT id + 100, name FROM public.people" -c "CREATE UNIQUE INDEX CONCURRENTLY i ON public.people (name)" || true',
      {},
      [
        ['hidden-error', true],
        ['invalid-index', true],
      ],
      /is invalid/,
    ],
    [
      'that builds one beside writers',
      'psql -X -c "CREATE INDEX CONCURRENTLY i ON public.people (name)"',
      {},
      [],
      /^$/,
    ],
    [
      'that checks nothing',
      'psql -X -c "ALTER TABLE public.orders ADD CHECK (id > 0) NOT VALID"',
      {},
      [['not-valid', false]],
      /NOT VALID/,
    ],
    [
      'that needs an extension',
      'psql -X -c "CREATE EXTENSION no_such_extension"',
      {},
      [['error', true]],
      /no_such_extension/,
    ],
    [
      'that empties a column',
      'psql -X -c "UPDATE public.orders SET note = NULL"',
      {},
      [['data-loss', true]],
      /has lost 500 values/,
    ],
  ])('a command %s', async (_, command, inputs, expected, message) => {
    const done = await check(rig, { storage, command, ...inputs });
    const facts = factsOf(done).filter(([kind]) => kind !== 'lock');
    expect(facts).toEqual(expected);
    expect(
      done.report?.facts
        .filter(({ kind }) => kind !== 'lock')
        .map((fact) => fact.message)
        .join('\n'),
    ).toMatch(message);
  });

  it('a command that leaves a transaction open has lost its work', async () => {
    const command = `(echo "BEGIN; INSERT INTO public.people VALUES (99, 'x');"; sleep 3) | psql -X & sleep 1; true`;
    expect(factsOf(await check(rig, { storage, command }))).toEqual([['open-transaction', true]]);
  });

  it.each([
    [
      'locks, when it ends each session that watches them',
      `DO $$ BEGIN FOR i IN 1..60 LOOP
         PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid() AND backend_type = 'client backend';
         PERFORM pg_stat_clear_snapshot(); PERFORM pg_sleep(0.05);
       END LOOP; END $$;`,
      { 'max-lock-duration': '10s' },
      /Locks could not be watched to the end/,
    ],
    [
      'locks, when it drops the database that they are watched from',
      'DROP DATABASE postgres WITH (FORCE);',
      { 'max-lock-duration': '10s' },
      /Locks could not be watched to the end/,
    ],
    [
      'rows, when tables can no longer be counted',
      `CREATE FUNCTION pg_catalog.count(text) RETURNS bigint LANGUAGE sql AS 'SELECT 500::bigint';
       UPDATE public.orders SET note = NULL;`,
      {},
      /Tables could not be counted/,
    ],
  ])('is red where a command hides %s', async (_, script, inputs, message) => {
    const { report, error } = await sql(script, inputs);
    expect(messageOf(error)).toBe('undefined');
    expect(report?.outcome).toBe('failed');
    expect(report?.facts.find(({ kind }) => kind === 'not-measured')?.message).toMatch(message);
  });

  it.each([
    ['its session', `PGOPTIONS='-c log_min_messages=panic' psql -X -c "SELEC nonsense" || true`],
    [
      'a role',
      `psql -X -c "ALTER ROLE app SET log_min_messages = fatal" && (psql -X -c "SELEC nonsense" || true)`,
    ],
  ])('is red where a command hides its errors by a setting of %s', async (_, command) => {
    const done = await check(rig, { storage, command });
    expect(factsOf(done)).toEqual([['not-measured', true]]);
    expect(done.report?.facts[0]?.message).toMatch(/the command changed `log_min_messages/);
    expect(done.report?.facts[0]?.advice).toMatch(/PGOPTIONS/);
  });

  it('is not red for settings of the log that hide no error', async () => {
    const command = `PGOPTIONS='-c log_min_duration_statement=0 -c log_statement=none -c client_min_messages=error' psql -X -c "SET log_error_verbosity = verbose" -c "CREATE TABLE public.t ()"`;
    expect(factsOf(await check(rig, { storage, command }))).toEqual([]);
  });

  it('sees all that a process does that outlives the command, also as the role of our own sessions', async () => {
    const outlives = `setsid sh -c 'while psql -X -c "DELETE FROM parts WHERE id = (SELECT min(id) FROM parts)"; do :; done' >/dev/null 2>&1 &
      until [ "$(psql -X -Atc 'SELECT min(id) FROM parts')" -gt 3 ]; do :; done`;
    const done = await check(rig, { storage: plain, command: outlives });
    expect(factsOf(done).map(([kind]) => kind)).toContain('data-loss');
    const deleted = done.report?.statements.filter(({ sql, ms }) => /^DELETE/.test(sql) && ms !== null);
    expect(migrationOutputs(done.report!)['rows-lost']).toBe(deleted?.length);
    // What hides errors there came with the backup.
    const failing = await check(rig, { storage: plain, command: 'psql -X -c "SELEC nonsense" || true' });
    expect(factsOf(failing)).toEqual([['hidden-error', true]]);
  });

  it('says that a command failed where nobody asks for it', async () => {
    const done = await check(rig, { storage, command: 'exit 7', 'fail-on': 'data-loss' });
    expect(factsOf(done)).toEqual([['error', false]]);
    expect(done.report?.outcome).toBe('passed');
    expect(done.said.text).toMatch(
      /The command failed with exit code 7\. `fail-on` does not ask for `error`/,
    );
  });

  it('a command that ends before its statements has lost their work', async () => {
    const command = `psql -X -c "DO \\$\\$ BEGIN DELETE FROM public.people; PERFORM pg_sleep(60); END \\$\\$" & sleep 1; true`;
    expect(factsOf(await check(rig, { storage, command }))).toEqual([['open-transaction', true]]);
  });

  it('says that the command made the database unreadable', async () => {
    const { error } = await sql(`ALTER DATABASE shop SET session_preload_libraries = 'no_such_library';`);
    expect(messageOf(error)).toMatch(/can no longer be looked at, so nobody knows what the command did/);
  });

  it('says what may have stopped the server', async () => {
    const stop = `COPY (SELECT 1) TO PROGRAM 'kill -QUIT $(head -1 postmaster.pid)'`;
    const { error } = await sql(`${stop};\n`);
    expect(messageOf(error)).toMatch(
      /has ended by itself\. If something that was run on it stopped it \(a command/,
    );
    expect(messageOf(error)).toMatch(/lack of memory/);
  });

  it('a command that drops the database has lost everything', async () => {
    const command =
      'psql -X -d postgres -c "DROP DATABASE shop" || psql -X -d template1 -c "DROP DATABASE shop"';
    const { report, error } = await check(rig, { storage, command });
    expect(messageOf(error)).toBe('undefined');
    expect(report?.outcome).toBe('failed');
    expect(report?.facts.map(({ message }) => message).join('\n')).toContain(
      'public.orders is gone, with 1,000 rows',
    );
  });

  it('hides secrets that the command prints, and values of rows', async () => {
    const done = await check(
      rig,
      {
        storage,
        command: 'echo "$STRIPE_KEY $PGPASSWORD"; psql -X -c "INSERT INTO public.people VALUES (1, \'y\')"',
      },
      { env: { STRIPE_KEY: 'sk_live_abcdef' } },
    );
    expect(factsOf(done)).toEqual([['error', true]]);
    expect(done.report?.command?.tail[0]).toBe('*** ***');
    expect(done.report?.command?.tail.join('\n')).not.toContain('(id)=');
    expect(done.said.text).not.toContain('sk_live');
  });

  it('has removed the backup from the disk when the command runs', async () => {
    const command = `find "${rig.folder}" -path "${rig.folder}/pgkeep-*" -type f | wc -l`;
    const done = await check(rig, { storage, command });
    expect(factsOf(done)).toEqual([['not-measured', false]]);
    expect(done.report?.facts[0]?.message).toMatch(/ran no statement on the restored database/);
    expect(done.said.lines).toContain('command: 0');
  });

  it('changes what must not be seen before the command may look', async () => {
    const script = join(rig.folder, 'sanitize.sql');
    writeFileSync(script, `UPDATE public.orders SET note = 'x';`);
    const command = `test "$(psql -X -Atc "SELECT count(*) FROM public.orders WHERE note = 'x'")" = 1000`;
    const done = await check(rig, { storage, command, sanitize: script });
    expect(factsOf(done)).toEqual([]);
    writeFileSync(script, `UPDATE public.orders SET note = 'x';\nINSERT INTO people VALUES (1, 'y');`);
    const failed = await check(rig, {
      storage,
      command: 'touch ran',
      sanitize: script,
      'working-directory': rig.folder,
    });
    expect(messageOf(failed.error)).toMatch(
      /did not run to its end, so the migrations were not run[^]*:2: ERROR/,
    );
    expect(messageOf(failed.error)).not.toContain('(id)=');
    expect(readdirSync(rig.folder)).not.toContain('ran');
  });

  it('says when there is no backup, or none that was verified', async () => {
    const none = await check(rig, { storage: rig.storage().url, command: 'true' });
    expect(messageOf(none.error)).toMatch(/no backup/i);
    const unverified = await check(rig, { storage, backup: 'latest-verified', command: 'true' });
    expect(messageOf(unverified.error)).toMatch(/verif/);
  });

  it('ends with the run, and leaves nothing', async () => {
    const controller = new AbortController();
    const checking = check(
      rig,
      { storage, command: 'echo started; sleep 1000' },
      { signal: controller.signal },
    );
    const timer = setInterval(() => undefined, 1000);
    setTimeout(() => controller.abort(), 6000);
    const { error } = await checking;
    clearInterval(timer);
    expect(error).toBeInstanceOf(CancelledError);
    expect(readdirSync(rig.folder).filter((name) => name.startsWith('pgkeep-'))).toEqual([]);
  });
});
