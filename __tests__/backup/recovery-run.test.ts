import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from '../../src/base/process.js';
import { PASSWORD } from '../servers/postgres.mjs';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { missingPrograms, systemPrograms } from '../support/clients.js';

const stock = systemPrograms();
const absent = missingPrograms(['age', 'age-keygen', 'zstd', 'lz4', 'gzip', 'tar']);
const why =
  rigMissing ??
  (stock === undefined
    ? 'no PostgreSQL programs on the machine'
    : absent.length > 0
      ? `missing: ${absent.join(', ')}`
      : undefined);
if (why !== undefined) process.stderr.write(`NOT RUN: restoring by RECOVERY.md: ${why}\n`);

/** The commands in a RECOVERY.md, as someone pastes them one block after the other. */
function commandsOf(text: string): string {
  return [...text.matchAll(/```sh\n([^]*?)```/g)].map((match) => match[1] ?? '').join('\n');
}

(why === undefined ? describe : describe.skip)('RECOVERY.md, run literally by a shell', () => {
  const major = stock?.major ?? 0;
  let source: Rig;
  let target: Rig;
  let recipient: string;
  let identity: string;

  beforeAll(async () => {
    source = await Rig.start(major);
    await source.shop('shop');
    target = await Rig.start(major);
    const key = await run('age-keygen', []);
    identity = key.stdout.toString();
    recipient = /public key: (\S+)/.exec(identity)?.[1] ?? '';
  });
  afterAll(async () => {
    await source.stop();
    await target.stop();
  });

  /** Runs the commands in the folder of the backup, on the other server. @returns what the shell said. */
  async function recover(folder: string): Promise<string> {
    const empty = mkdtempSync(join(tmpdir(), 'pgkeep-recovery-'));
    writeFileSync(join(empty, 'key.txt'), identity);
    const bin = stock?.path('psql').replace(/\/psql$/, '') ?? '';
    const text = readFileSync(join(folder, 'RECOVERY.md'), 'utf8');
    // Roles of the same name are there already, and the text says that this is harmless.
    const { code, stderr, stdout } = await run('sh', ['-c', `set -e\n${commandsOf(text)}`], {
      cwd: empty,
      env: {
        ...process.env,
        PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
        PGHOST: '127.0.0.1',
        PGPORT: String(target.server.port),
        PGUSER: 'postgres',
        PGPASSWORD: PASSWORD,
      },
    });
    rmSync(empty, { recursive: true, force: true });
    if (code !== 0) throw new Error(`${stdout.toString()}\n${stderr}\n${text}`);
    return stdout.toString();
  }

  /** The rows of each table, as the server itself counts them. */
  async function counts(rig: Rig, database: string): Promise<Record<string, number>> {
    const psql = await rig.psql(database);
    const tables = await psql.rows<{ name: string; query: string }>(
      `SELECT relname AS name, format('SELECT count(*) FROM ONLY %s', c.oid::regclass) AS query
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'`,
    );
    const rows: Record<string, number> = {};
    for (const { name, query } of tables) rows[name] = Number(await psql.value(query));
    await psql.close();
    return rows;
  }

  async function drop(...databases: string[]): Promise<void> {
    const psql = await target.psql();
    for (const database of databases) await psql.exec(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await psql.close();
  }

  const FORMATS: [string, Record<string, string>][] = [
    ['custom, zstd', {}],
    ['custom, gzip, encrypted', { compression: 'gzip', recipients: 'KEY' }],
    ['custom, none, with globals', { compression: 'none', globals: 'true' }],
    ['custom, zstd, encrypted, with globals', { globals: 'true', recipients: 'KEY' }],
    ['directory, two jobs', { format: 'directory', jobs: '2' }],
    ['directory, gzip, encrypted', { format: 'directory', compression: 'gzip', recipients: 'KEY' }],
    ['plain, zstd', { format: 'plain' }],
    ['plain, gzip, encrypted', { format: 'plain', compression: 'gzip', recipients: 'KEY' }],
    ['plain, none', { format: 'plain', compression: 'none' }],
    ['one schema', { schemas: 'app' }],
    ['one schema, plain', { schemas: 'app', format: 'plain' }],
    ['one schema, no fingerprint', { schemas: 'app', fingerprint: 'none' }],
    ['definitions alone', { content: 'schema' }],
    ['definitions alone, plain', { content: 'schema', format: 'plain' }],
  ];

  it.each(FORMATS)('%s', async (_name, inputs) => {
    await drop('restored', 'shop');
    const text = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, value.replace('KEY', recipient)]),
    );
    const { folder } = await publishEncrypted('shop', text);
    expect(await recover(folder)).toContain(': OK');
    const whole = inputs['format'] === 'plain' && inputs['schemas'] === undefined;
    const restored = await counts(target, whole ? 'shop' : 'restored');
    const expected = await counts(source, 'shop');
    if (inputs['schemas'] !== undefined) delete expected['-ta"b\nle \'é:foo'];
    expect(restored).toEqual(
      inputs['content'] === 'schema'
        ? Object.fromEntries(Object.keys(expected).map((name) => [name, 0]))
        : expected,
    );
  });

  /** The fingerprint of an encrypted backup cannot be read back here, so only the folder counts. */
  async function publishEncrypted(
    database: string,
    inputs: Record<string, string>,
  ): Promise<{ folder: string }> {
    const { folder, url } = source.storage();
    const { error, result } = await source.backup({
      'database-url': source.server.url(database),
      storage: url,
      ...inputs,
    });
    const manifest = result?.results[0]?.manifest;
    if (error !== undefined || manifest === undefined) throw error as Error;
    return { folder: join(folder, manifest.name, manifest.id) };
  }

  it.each([{}, { format: 'plain' }])(
    'data alone, into a database that has the tables: %j',
    async (inputs) => {
      await drop('restored', 'shop');
      const schema = await publishEncrypted('shop', { content: 'schema' });
      await recover(schema.folder);
      const { folder } = await publishEncrypted('shop', { content: 'data', ...inputs });
      await recover(folder);
      expect(await counts(target, 'restored')).toEqual(await counts(source, 'shop'));
    },
  );

  it("under its own name with the database's own settings", async () => {
    await drop('restored', 'shop');
    const psql = await source.psql();
    await psql.exec(`ALTER DATABASE shop SET work_mem = '7MB'`);
    await psql.close();
    const { folder } = await publishEncrypted('shop', {});
    await recover(folder);
    const there = await target.psql();
    const settings = await there.value(
      `SELECT setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase WHERE datname = 'shop'`,
    );
    await there.close();
    expect(settings).toContain('work_mem=7MB');
    expect(await counts(target, 'shop')).toEqual(await counts(source, 'shop'));
  });

  it('names with quotes, spaces and line breaks', async () => {
    const name = `a "b" 'c' $d;\n-é`;
    await source.database(name, `CREATE TABLE "-t;\n$x" (a int)`, `INSERT INTO "-t;\n$x" VALUES (1), (2)`);
    for (const inputs of [{}, { tables: `"-t;"*` }]) {
      await drop('restored');
      const { folder } = await publishEncrypted(name, inputs);
      await recover(folder);
      expect(await counts(target, 'restored')).toEqual({ '-t;\n$x': 2 });
    }
  });
});
