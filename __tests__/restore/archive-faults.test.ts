import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CancelledError, UserError } from '../../src/base/errors.js';
import { readContents, restoreArchive } from '../../src/restore/archive/index.js';
import { ScriptSession } from '../../src/restore/archive/run/script-session.js';
import type { ArchiveRestore, Format, RestoreError } from '../../src/restore/types.js';
import { ArchiveLab, pairedMajors } from '../support/archives.js';
import { clientMajors, Rig, rigMissing } from '../support/backup-rig.js';
import { until } from '../support/children.js';
import { Listener } from '../support/listener.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: faults of archives: ${rigMissing}\n`);

const FORMATS: readonly Format[] = ['custom', 'directory', 'plain'];
const newest = Math.max(0, ...pairedMajors());
const suite = newest > 0 ? describe.each(FORMATS) : describe.skip.each(FORMATS);

type Archive = ArchiveRestore['archive'];

suite('a restore in %s', (format) => {
  let lab: ArchiveLab;
  let count = 0;

  beforeAll(async () => {
    lab = await ArchiveLab.start(newest);
    await lab.rig.database(
      'slow',
      'CREATE TABLE public.t AS SELECT 1 AS a',
      'CREATE FUNCTION public.wait(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 FROM (SELECT pg_sleep(600)) s $$',
    );
    const slow = await lab.rig.psql('slow');
    await slow.exec(
      'CREATE MATERIALIZED VIEW public.m AS SELECT public.wait(a) FROM public.t WITH NO DATA',
      `UPDATE pg_class SET relispopulated = true WHERE oid = 'public.m'::regclass`,
    );
  });
  afterAll(() => lab.stop());

  async function into(archive: Archive, options: Partial<ArchiveRestore> = {}): Promise<RestoreError[]> {
    const database = `target_${(count += 1)}`;
    await lab.rig.database(database);
    return restoreArchive({
      archive,
      database,
      programs: lab.programs,
      connection: lab.connection(),
      jobs: format === 'plain' ? 1 : 2,
      content: 'all',
      owner: true,
      privileges: true,
      singleTransaction: false,
      estimatedBytes: null,
      reporter: new Listener(),
      signal: new AbortController().signal,
      ...options,
    });
  }

  /** Calls when the slow statement runs. */
  async function whenSlow(): Promise<void> {
    const psql = await lab.rig.psql();
    await until('the slow statement', async () => {
      const running = await psql.value(
        `SELECT count(*) FROM pg_stat_activity WHERE datname = 'target_${count}' AND query ~ 'REFRESH' AND wait_event = 'PgSleep'`,
      );
      return running === '0' ? undefined : true;
    });
    await psql.close();
  }

  it('of a database that is not there says so', async () => {
    const failed = into(await lab.dump(format, 'slow'), { database: 'nowhere' });
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(/nowhere/);
  });

  it('whose session ends says so', async () => {
    // With one job: of several, what the one says that was cut off may be lost.
    const restoring = into(await lab.dump(format, 'slow'), { jobs: 1 });
    restoring.catch(() => undefined);
    await whenSlow();
    const psql = await lab.rig.psql();
    await psql.exec(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'target_%' AND query ~ 'REFRESH'`,
    );
    await expect(restoring).rejects.toThrow(/ended the session|connection .* broke/i);
  });

  it('that is cancelled ends, on the server too', async () => {
    const stop = new AbortController();
    const restoring = into(await lab.dump(format, 'slow'), { signal: stop.signal });
    restoring.catch(() => undefined);
    await whenSlow();
    stop.abort();
    await expect(restoring).rejects.toThrow(CancelledError);
    const psql = await lab.rig.psql();
    await until('its end on the server', async () => {
      const left = await psql.value(`SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
      return left === '0' ? true : undefined;
    });
  });

  it('of a damaged archive says so', async () => {
    const archive = await lab.dump(format, 'shop');
    if (format === 'directory') rmSync(largest(archive.path));
    else {
      const bytes = readFileSync(archive.path);
      writeFileSync(archive.path, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    }
    // With one job: of several, the one that says why may be the one whose words are lost.
    await expect(into(archive, { jobs: 1 })).rejects.toThrow(/damaged/);
    if (format === 'plain') return;
    const toc = format === 'directory' ? join(archive.path, 'toc.dat') : archive.path;
    writeFileSync(toc, 'PGDMP is not enough');
    await expect(
      readContents({ archive, programs: lab.programs, signal: new AbortController().signal }),
    ).rejects.toThrow(/damaged/);
  });

  it('in one transaction leaves nothing behind when the script breaks off', async () => {
    if (format !== 'plain') return;
    await lab.rig.database('broken_off');
    const options = {
      archive: await lab.dump('plain', 'slow'),
      database: 'broken_off',
      programs: lab.programs,
      connection: lab.connection(),
      jobs: 1,
      content: 'all',
      owner: true,
      privileges: true,
      singleTransaction: true,
      estimatedBytes: null,
      reporter: new Listener(),
      signal: new AbortController().signal,
    } as const;
    const psql = await lab.rig.psql('broken_off');
    const there = (): Promise<string> => psql.value(`SELECT to_regclass('public.half') IS NOT NULL`);
    const half = 'CREATE TABLE public.half (a int);\nCOPY public.half FROM stdin;\n1\n';
    const broken = new ScriptSession(options, () => undefined);
    await broken.write(half);
    await broken.end();
    expect(await there()).toBe('f');
    const whole = new ScriptSession(options, () => undefined);
    await whole.write(`${half}\\.\n-- no line feed`);
    await whole.commit();
    expect((await whole.end()).code).toBe(0);
    expect(await there()).toBe('t');
    await psql.close();
  });

  it('refuses commands for psql that no dump holds', async () => {
    if (format !== 'plain') return;
    const archive = await lab.dump('plain', 'slow');
    const sql = readFileSync(archive.path, 'utf8');
    writeFileSync(archive.path, sql.replace('CREATE TABLE', '\\! touch /tmp/pgkeep-pwned\nCREATE TABLE'));
    await expect(into(archive)).rejects.toThrow(/damaged or was altered/);
  });
});

function largest(folder: string): string {
  const files = readdirSync(folder).filter((name) => name !== 'toc.dat');
  const sizes = files.map((name) => ({ name, size: readFileSync(join(folder, name)).length }));
  return join(folder, sizes.sort((a, b) => b.size - a.size)[0]?.name ?? '');
}

// A server of before 17, and a client of after, as where no program of its major is to be had.
const older = 15;
const older17 = clientMajors.some((client) => client >= 17) && pairedMajors().includes(older);
(older17 ? describe : describe.skip)('harmless errors', () => {
  let lab: ArchiveLab;
  let rig: Rig;

  beforeAll(async () => {
    lab = await ArchiveLab.start(newest);
    rig = await Rig.start(older);
  });
  afterAll(() => Promise.all([lab.stop(), rig.stop()]));

  it.each(FORMATS)('occur in %s on an older server and without its superuser', async (format) => {
    const database = `older_${format}`;
    const source = await lab.rig.database(
      `source_${format}`,
      'CREATE TABLE public.t AS SELECT 1 AS a',
      'CREATE EXTENSION hstore',
    );
    await source.close();
    const target = await rig.database(database);
    await target.exec(
      `DROP ROLE IF EXISTS plain_user`,
      `CREATE ROLE plain_user LOGIN PASSWORD 'pw'`,
      'CREATE EXTENSION hstore',
      'GRANT ALL ON SCHEMA public TO plain_user',
    );
    const { parseConnection } = await import('../../src/postgres/connection/parse.js');
    const errors = await restoreArchive({
      archive: await lab.dump(format, `source_${format}`),
      database,
      programs: lab.programs,
      connection: parseConnection(rig.server.url(database, 'plain_user', 'pw'), process.env),
      jobs: 1,
      content: 'all',
      owner: false,
      privileges: false,
      singleTransaction: false,
      estimatedBytes: null,
      reporter: new Listener(),
      signal: new AbortController().signal,
    });
    expect(errors.map(({ message }) => message)).toEqual([
      'unrecognized configuration parameter "transaction_timeout"',
      'must be owner of extension hstore',
    ]);
    expect(errors.filter(({ harmless }) => harmless === undefined)).toEqual([]);
    expect(await target.value('SELECT a FROM public.t')).toBe('1');
    await target.exec('DROP OWNED BY plain_user', 'DROP ROLE plain_user');
  });

  it('the schema public of a dump of nothing else', async () => {
    const target = await lab.rig.database('public_only');
    await target.close();
    const errors = await restoreArchive({
      archive: await lab.dump('custom', 'shop', '--schema=public'),
      database: 'public_only',
      programs: lab.programs,
      connection: lab.connection(),
      jobs: 1,
      content: 'all',
      owner: true,
      privileges: true,
      singleTransaction: false,
      estimatedBytes: null,
      reporter: new Listener(),
      signal: new AbortController().signal,
    });
    expect(errors.map(({ message, harmless }) => [message, harmless !== undefined])).toEqual([
      ['schema "public" already exists', true],
    ]);
  });
});
