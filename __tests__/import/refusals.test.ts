import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { run } from '../../src/base/process.js';
import { redReasons } from '../../src/import/run.js';
import { PASSWORD } from '../servers/postgres.mjs';
import { filesIn, Rig, rigMissing } from '../support/backup-rig.js';
import { missingPrograms } from '../support/clients.js';
import { dumpBy, importing, manifestOf, rowsOf } from '../support/import-rig.js';
import { Listener } from '../support/listener.js';
import { messagesOf, restoring } from '../support/restore-rig.js';

const absent = missingPrograms(['age', 'zstd', 'gzip', 'tar', 'openssl']);
const why = rigMissing ?? (absent.length > 0 ? `missing: ${absent.join(', ')}` : undefined);
if (why !== undefined) process.stderr.write(`NOT RUN: what import refuses: ${why}\n`);

(why === undefined ? describe : describe.skip)('import', () => {
  let rig: Rig;
  let folder: string;
  let custom: Buffer;
  let plain: Buffer;
  let tar: Buffer;
  let identity: string;

  beforeAll(async () => {
    rig = await Rig.start(15);
    await (await rig.shop('shop')).close();
    folder = join(rig.folder, 'files');
    mkdirSync(folder);
    custom = readFileSync(await dumpBy(rig, 'shop', 'a.dump', '"$PG_DUMP" -Fc -d "$URL" > "$OUT"'));
    plain = readFileSync(await dumpBy(rig, 'shop', 'a.sql', '"$PG_DUMP" "$URL" > "$OUT"'));
    tar = readFileSync(await dumpBy(rig, 'shop', 'a.tar', '"$PG_DUMP" -Ft "$URL" > "$OUT"'));
    identity = await generateIdentity();
  });
  afterAll(() => rig.stop());

  const file = (name: string, bytes: Buffer | string): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  /** Imports into a fresh storage. @returns why the first file was refused, and what is stored all the same */
  async function refusal(path: string, inputs: Record<string, string> = {}): Promise<string> {
    const store = rig.storage();
    const { results, error } = await importing(rig.folder, [path], {
      storage: store.url,
      name: 'shop',
      ...inputs,
    });
    if (error !== undefined) return messagesOf(error);
    const [result] = results;
    expect([result?.outcome, readdirSync(store.folder)]).toEqual(['refused', []]);
    expect(redReasons(results).map(({ message }) => message)).toEqual([result?.why]);
    return result?.why ?? '';
  }

  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    const index = at < 0 ? bytes.length + at : at;
    copy[index] = (copy[index] ?? 0) ^ 0xff;
    return copy;
  };

  it.each<[string, string, () => Buffer | string, RegExp]>([
    ['an empty file', 'a.sql', () => '', /a\.sql is empty/],
    ['gzip of nothing', 'a.sql.gz', () => gzipSync(''), /holds nothing.*pg_dump fails in a pipe/],
    ['an error page', 'a.dump', () => '<!DOCTYPE html><html>403', /HTML or XML.*Fetch the dump again/],
    ['an error page in gzip', 'a.sql.gz', () => gzipSync('<html>'), /HTML or XML/],
    ["pg_dump's error", 'a.sql', () => 'pg_dump: error: connection failed', /error message of a program/],
    [
      'a script cut off in its rows',
      'a.sql',
      () => plain.subarray(0, plain.length / 2),
      /a\.sql is cut off: it lacks/,
    ],
    [
      'a script without its end',
      'a.sql',
      () => plain.subarray(0, plain.indexOf('-- PostgreSQL database dump complete')),
      /is cut off: it lacks the line/,
    ],
    ['gzip cut off', 'a.sql.gz', () => gzipSync(plain).subarray(0, -100), /damaged or cut off: gzip/],
    // Of the checksum: what else unpacks to may be refused for what it is.
    ['gzip altered', 'a.sql.gz', () => flipped(gzipSync(plain), -8), /damaged or cut off: gzip/],
    [
      'an archive cut off',
      'a.dump',
      () => custom.subarray(0, custom.length - 2000),
      /damaged or cut off: pg_restore/,
    ],
    [
      'an archive cut off in its head',
      'a.dump',
      () => custom.subarray(0, 100),
      /table of contents is damaged/,
    ],
    [
      'an archive in gzip, cut off',
      'a.gz',
      () => gzipSync(custom).subarray(0, -20),
      /damaged or cut off: gzip/,
    ],
    [
      'a tar archive cut off',
      'a.tar',
      () => tar.subarray(0, 20_000),
      /a\.tar is cut off: the tar archive has no end/,
    ],
    ['gzip twice', 'a.sql.gz.gz', () => gzipSync(gzipSync(plain)), /packed more than once \(gzip\)/],
    [
      'a script that runs programs',
      'a.sql',
      () => plain.toString().replace('SET statement_timeout', '\\! touch /tmp/x\nSET statement_timeout'),
      /^\/.*a\.sql is refused\. The dump tells psql to run/,
    ],
    [
      'an archive of an unknown version',
      'a.dump',
      () => Buffer.from(custom).fill(9, 5, 6),
      /a\.dump cannot be read\. The archive has version 9\.\d+/,
    ],
    [
      'the table of contents of a folder',
      'toc.dat',
      () => Buffer.from(custom).fill(3, 10, 11),
      /toc\.dat is one file of a dump.*Import its folder/,
    ],
    [
      'a script with a hole in it, as a bad disk leaves one',
      'a.sql',
      () => Buffer.from(plain).fill(0, plain.indexOf('COPY') + 200, plain.indexOf('COPY') + 300),
      /a\.sql is damaged: it has a byte of zero/,
    ],
    ['two dumps in one file', 'a.sql', () => Buffer.concat([plain, plain]), /holds more than one dump/],
    [
      'a script that was added to',
      'a.sql',
      () => `${plain.toString()}DROP TABLE shop;\n`,
      /goes on behind its end: "DROP TABLE shop;"/,
    ],
    [
      'a script with a byte order mark',
      'a.sql',
      () => `\ufeff${plain.toString()}`,
      /byte order mark.*Remove it/,
    ],
    [
      'UTF-16 with the big end first',
      'a.sql',
      () => Buffer.from(`\ufeff${plain.toString()}`, 'utf16le').swap16(),
      /UTF-16/,
    ],
    ['a name that begins a line', '\n::error::x.dump', () => '<html>', /\/\\n::error::x\.dump is a page/],
  ])('refuses %s', async (_what, name, bytes, expected) => {
    expect(await refusal(file(name, bytes()))).toMatch(expected);
  });

  it('says of a tar archive of dumps what to do with it', async () => {
    const path = await dumpBy(rig, 'shop', 'dumps.tar.gz', 'tar -czf "$OUT" a.sql a.dump');
    expect(await refusal(path)).toMatch(
      /dumps\.tar\.gz is a tar archive without a toc\.dat.*\("a\.sql", "a\.dump"\).*tar -xf/,
    );
  });

  it('makes a backup of each database in the dump of a whole server', async () => {
    await (await rig.database('my crm', 'CREATE TABLE people AS SELECT 1 AS id')).close();
    const all = await dumpBy(
      rig,
      'shop',
      'all_20250101.sql.gz',
      '"$PG_DUMPALL" -d "$URL" > all; gzip < all > "$OUT"',
    );
    expect(await refusal(all)).toMatch(
      /server with 2 databases \(my crm, shop\).*Put \{database\} into the name/,
    );
    const whole = readFileSync(join(rig.folder, 'dumps', 'all'));
    const cut = file('all.sql', whole.subarray(0, whole.lastIndexOf('-- PostgreSQL database cluster')));
    expect(await refusal(cut, { name: '{database}' })).toMatch(/is cut off: it lacks the line/);

    const store = rig.storage();
    const { results, said } = await importing(rig.folder, [all], {
      storage: store.url,
      name: 'old-{database}',
    });
    expect(
      results.map(({ outcome, name, database }) => [outcome, name?.replace(/-\w{6}$/, ''), database]),
    ).toEqual([
      ['imported', 'old-my-crm', 'my crm'],
      ['imported', 'old-shop', 'shop'],
    ]);
    expect(said.warnings.join()).toContain('Its roles are left out');
    const parts = filesIn(store.folder).map((path) => readFileSync(join(store.folder, path), 'latin1'));
    expect(parts.filter((text) => text.includes('SCRAM-SHA-256'))).toEqual([]);
    const again = await importing(rig.folder, [all], { storage: store.url, name: 'old-{database}' });
    expect(again.results.map(({ outcome }) => outcome)).toEqual(['present', 'present']);
    const restored = await restoring(rig, {
      ...{ 'database-url': rig.server.url('again'), storage: store.url, name: 'old-shop' },
    });
    if (restored.error !== undefined) throw restored.error as Error;
    expect(await rowsOf(rig, 'again')).toEqual(await rowsOf(rig, 'shop'));
  });

  it('refuses what would no longer be encrypted, a wrong key, none, and another number of rounds', async () => {
    const [secret, recipient] = ['correct horse', await identityToRecipient(identity)];
    const env = { SECRET: secret, RECIPIENT: recipient };
    const enc = (options: string): Promise<string> =>
      dumpBy(
        rig,
        'shop',
        `a${options.length}.enc`,
        `gzip < a.sql | openssl enc -aes-256-cbc ${options} -pass env:SECRET -out "$OUT" 2> /dev/null`,
        env,
      );
    const rounds = await enc('-pbkdf2 -iter 5000');
    const plainly = await enc('-pbkdf2');
    const keys = { 'source-passphrase': secret, recipients: recipient };
    expect(await refusal(plainly)).toMatch(/PGKEEP_SOURCE_PASSPHRASE/);
    expect(await refusal(plainly, { 'source-passphrase': secret })).toMatch(
      /what is stored of it would not be/,
    );
    const wrong = await refusal(plainly, { ...keys, 'source-passphrase': 'battery' });
    expect(wrong).toMatch(/does not open with this passphrase.*--openssl-iterations/);
    expect(wrong).not.toMatch(/correct horse|battery/);
    expect(await refusal(rounds, keys)).toMatch(/another N than 10000/);
    const whole = readFileSync(rounds);
    const cut = file('cut.enc', whole.subarray(0, whole.length - 16));
    expect(await refusal(cut, { ...keys, 'openssl-iterations': '5000' })).toMatch(/cut off|damaged/);
    const done = await importing(rig.folder, [rounds], {
      ...{ storage: rig.storage().url, name: 'shop', 'openssl-iterations': '5000', ...keys },
    });
    expect(done.results[0]?.outcome).toBe('imported');

    const age = await dumpBy(rig, 'shop', 'a.age', 'age -r "$RECIPIENT" a.sql > "$OUT"', env);
    expect(await refusal(age)).toMatch(/encrypted.*--identity-file/);
    expect(await refusal(age, { identity: await generateIdentity() })).toMatch(/Wrong key/);
    const short = file('short.age', readFileSync(age).subarray(0, -10));
    expect(await refusal(short, { identity })).toMatch(/truncated|altered/);
  });

  it('does not let a copied file without a date pass for the newest backup', async () => {
    const store = rig.storage();
    const { error } = await rig.backup({ storage: store.url, 'database-url': rig.server.url('shop') });
    expect(error).toBeUndefined();
    const path = file('latest.sql', plain);
    const soon = new Date(Date.now() - 1);
    utimesSync(path, soon, soon);
    const to = { storage: store.url, name: 'shop' };
    const undated = await importing(rig.folder, [path], to);
    expect(undated.results[0]).toMatchObject({
      outcome: 'refused',
      why: expect.stringMatching(/latest\.sql.*would be newer than \S+-\w{4}.*--taken-at/) as unknown,
    });
    const dated = await importing(rig.folder, [path], { ...to, 'taken-at': '2025-01-31' });
    expect(dated.results[0]?.outcome).toBe('imported');
    const again = await importing(rig.folder, [path], to);
    expect(again.results[0]?.outcome).toBe('present');
    const before = file('before.sql', `${plain.toString()}-- before\n`);
    utimesSync(before, new Date('2025-03-01'), new Date('2025-03-01'));
    expect((await importing(rig.folder, [before], to)).results[0]?.outcome).toBe('imported');
  });

  it('does not call a file present that is stored in plain, and is to be encrypted now', async () => {
    const to = { storage: rig.storage().url, name: 'shop' };
    const path = file('plain_20250101.sql', plain);
    const first = await importing(rig.folder, [path], to);
    const recipients = await identityToRecipient(identity);
    const { results } = await importing(rig.folder, [path], { ...to, recipients });
    const why = new RegExp(`has this very file as ${first.results[0]?.id}, and not encrypted.*pgkeep delete`);
    expect(results[0]).toMatchObject({ outcome: 'refused', why: expect.stringMatching(why) as unknown });
  });

  it('goes on behind a refused file, and takes of a folder what is a dump', async () => {
    const mixed = join(rig.folder, 'mixed');
    mkdirSync(join(mixed, 'monthly'), { recursive: true });
    writeFileSync(join(mixed, 'a_20250101.sql'), '');
    writeFileSync(join(mixed, 'b_20250102.sql'), plain);
    writeFileSync(join(mixed, 'README'), 'what these are');
    writeFileSync(join(mixed, '.hidden'), 'x');
    writeFileSync(join(mixed, 'monthly', 'c_20250103.dump'), custom);
    symlinkSync('../b_20250102.sql', join(mixed, 'monthly', 'd_20250104.sql'));
    symlinkSync('nowhere.sql', join(mixed, 'monthly', 'e_20250105.sql'));
    symlinkSync('..', join(mixed, 'monthly', 'up'));
    const store = rig.storage();
    const { results, said } = await importing(rig.folder, [mixed], { storage: store.url, name: 'shop' });
    const short = results.map(({ file: path, outcome }) => [path.slice(mixed.length + 1), outcome]);
    expect(short).toEqual([
      ['README', 'skipped'],
      ['a_20250101.sql', 'refused'],
      ['b_20250102.sql', 'imported'],
      ['monthly/c_20250103.dump', 'imported'],
      ['monthly/d_20250104.sql', 'present'],
    ]);
    expect(redReasons(results)).toHaveLength(1);
    expect(said.text).toContain('README is no dump that pgkeep knows');
  });

  it('wants a name where the dump has none, and one file for one time', async () => {
    const path = file('latest.sql', plain);
    expect(await refusal(path, { name: '{database}' })).toMatch(
      /does not say the name of its database.*--name=shop/,
    );
    const storage = rig.storage().url;
    const two = await importing(rig.folder, [path, path], {
      storage,
      name: 'shop',
      'taken-at': '2025-01-31',
    });
    expect(messagesOf(two.error)).toMatch(/time of one dump, and there are 2 files/);
    const absentFile = await importing(rig.folder, [join(folder, 'none.sql')], { storage, name: 'shop' });
    expect(messagesOf(absentFile.error)).toMatch(/none\.sql: there is no such file/);
    utimesSync(path, new Date('2025-03-01T04:05:06Z'), new Date('2025-03-01T04:05:06Z'));
    const { results, said } = await importing(rig.folder, [path], { storage, name: 'shop' });
    expect(results[0]).toMatchObject({ takenAt: '2025-03-01T04:05:06.000Z', takenFrom: 'file time' });
    expect(said.warnings.join()).toMatch(/the time at which the file was last written is taken/);
  });

  it('stores nothing of a file that is written to meanwhile, or when it is told to stop', async () => {
    const store = rig.storage();
    const growing = file('growing.sql', plain);
    const once = (act: () => void): Listener => {
      const said = new Listener();
      said.onLine = (line) => {
        if (line.startsWith('A whole')) act();
      };
      return said;
    };
    const grown = await importing(
      rig.folder,
      [growing],
      { storage: store.url, name: 'shop' },
      {
        said: once(() => appendFileSync(growing, '-- more\n')),
      },
    );
    expect(grown.results[0]?.why).toMatch(/was written to while it was imported/);
    expect(filesIn(store.folder).filter((path) => !path.includes('_log'))).toEqual([]);
    const stop = new AbortController();
    const stopped = await importing(
      rig.folder,
      [file('b.sql', plain)],
      { storage: store.url, name: 'shop' },
      {
        signal: stop.signal,
        said: once(() => stop.abort()),
      },
    );
    expect(messagesOf(stopped.error)).toMatch(/^Cancelled/);
    expect(filesIn(store.folder).filter((path) => !path.includes('_log'))).toEqual([]);
  });

  it('imports where it can, and is red for the storage that fails', async () => {
    const store = rig.storage();
    const broken = file('no-folder', '');
    const { results } = await importing(rig.folder, [file('c.sql', plain)], {
      storage: `${store.url}\nfile://${broken}/below`,
      name: 'shop',
    });
    const [result] = results;
    const missing = new RegExp(`^file://${broken}/below does not hold shop/${result?.id}: `);
    expect([result?.outcome, result?.locations, result?.why]).toEqual([
      'imported',
      [`${store.url}/shop/${result?.id}/manifest.json`],
      expect.stringMatching(missing),
    ]);
    expect(redReasons(results)).toHaveLength(1);
  });

  it('says of rows alone and of definitions alone what they are', async () => {
    const storage = rig.storage();
    const names = ['data', 'schema'].flatMap((half) => [`${half}.sql`, `${half}.dump`]);
    const files = await Promise.all(
      names.map((name) =>
        dumpBy(
          rig,
          'shop',
          name,
          `"$PG_DUMP" --${name.startsWith('data') ? 'data' : 'schema'}-only ${name.endsWith('dump') ? '-Fc' : ''} "$URL" > "$OUT" 2> /dev/null`,
        ),
      ),
    );
    const { results, said } = await importing(rig.folder, files, { storage: storage.url, name: 'shop' });
    const contents = results.map((result) => manifestOf(storage.folder, result).options['content']);
    expect(contents).toEqual(['data', 'data', 'schema', 'schema']);
    expect(said.warnings.filter((warning) => warning.includes('holds rows alone'))).toHaveLength(2);
  });

  it('writes a RECOVERY.md by which stock programs restore it', async () => {
    const storage = rig.storage();
    const path = file('script_20250101.sql.gz', gzipSync(plain));
    const { results } = await importing(rig.folder, [path], { storage: storage.url, name: 'shop' });
    const backup = join(storage.folder, 'shop', results[0]?.id ?? '');
    const text = readFileSync(join(backup, 'RECOVERY.md'), 'utf8');
    const commands = [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block).join('\n');
    const empty = join(rig.folder, 'recovery');
    mkdirSync(empty);
    const { code, stderr } = await run('sh', ['-c', `set -e\n${commands}`], {
      cwd: empty,
      env: {
        ...process.env,
        ...rig.programs.env,
        PATH: `${rig.programs.path('psql').replace(/\/psql$/, '')}:${process.env['PATH'] ?? ''}`,
        PGHOST: '127.0.0.1',
        PGPORT: String(rig.server.port),
        PGUSER: 'postgres',
        PGPASSWORD: PASSWORD,
      },
    });
    expect([code, stderr]).toEqual([0, '']);
    const psql = await rig.psql('restored');
    expect(Number(await psql.value('SELECT count(*) FROM app.orders'))).toBeGreaterThan(0);
  });
});
