import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verified } from '../../src/backup/verified.js';
import { CancelledError, UserError } from '../../src/base/errors.js';
import { reportText } from '../../src/verify/report-text.js';
import { redReasons } from '../../src/verify/result.js';
import { processesOf } from '../postgres/scratch-rig.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { childrenLike, until } from '../support/children.js';
import { Listener } from '../support/listener.js';
import { postgresBin } from '../support/servers.js';
import { canMount } from '../support/small-disk.js';
import { unequal, verify, type Verification } from '../support/verify-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: faults of verifications: ${rigMissing}\n`);
if (!canMount()) process.stderr.write('NOT RUN: verifications on a full disk: only root may mount one\n');

/** Hears which step a run is at. */
class Steps extends Listener {
  /** Called once a step has begun. */
  onStep: (title: string) => void = () => undefined;

  override group = <T>(title: string, work: () => Promise<T>): Promise<T> => {
    const working = work();
    this.onStep(title);
    return working;
  };
}

const DISKS: [when: string, size: string, message: RegExp][] = [
  [
    'when it is made',
    '20m',
    /scratch server could not be started: .* could not be made ready\. The disk is full/,
  ],
  ['for the rows', '80m', /scratch server's disk is full/],
];

/** Where a backup is. */
interface Stored {
  url: string;
  folder: string;
}

(rigMissing === undefined ? describe : describe.skip)('a verification', () => {
  let rig: Rig;
  let tempDir: string;
  /** The test's own. */
  let children: number[];
  /** Of a database whose index takes a minute to build anywhere but at the source. */
  let slow: Stored;
  let shop: Stored;
  /** Rows that are larger than what a small disk has. */
  let large: Stored;

  beforeAll(async () => {
    rig = await Rig.start(15);
    await rig.shop('shop');
    await rig.database(
      'slow',
      `CREATE FUNCTION slowly(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
        $$ BEGIN IF current_database() <> 'slow' THEN PERFORM pg_sleep(60); END IF; RETURN $1; END $$`,
      'CREATE TABLE t (a int)',
      'INSERT INTO t VALUES (1)',
      'CREATE INDEX ON t (slowly(a))',
    );
    await rig.database(
      'large',
      "CREATE TABLE t AS SELECT n, repeat('x', 1000) AS text FROM generate_series(1, 60000) n",
    );
    slow = await backup('slow');
    shop = await backup('shop');
    large = await backup('large', { compression: 'gzip' });
  });
  afterAll(() => rig.stop());

  beforeEach(() => {
    tempDir = mkdtempSync(join(tmpdir(), 'pgkeep-verify-faults-'));
    // The scratch server's user enters it.
    chmodSync(tempDir, 0o755);
    children = childrenLike(/./);
  });
  afterEach(() => {
    rmSync(tempDir, { recursive: true, force: true });
    for (const shared of [slow, shop, large])
      rmSync(join(folderOf(shared), 'verified.json'), { force: true });
  });

  /** Makes a backup in a fresh folder. */
  async function backup(database: string, inputs: Record<string, string> = {}): Promise<Stored> {
    const storage = rig.storage();
    const { error } = await rig.backup({
      'database-url': rig.server.url(database),
      storage: storage.url,
      globals: 'true',
      ...inputs,
    });
    expect(error).toBeUndefined();
    return storage;
  }

  /** Programs as everywhere else here, but for a pg_dump that takes ten minutes for the definitions of a copy. */
  async function sleepingPgDump(): Promise<string> {
    const bin = (await postgresBin(15)) ?? '';
    const folder = mkdtempSync(join(rig.folder, 'bin-'));
    chmodSync(rig.folder, 0o755);
    chmodSync(folder, 0o755);
    for (const name of readdirSync(bin).filter((each) => each !== 'pg_dump'))
      symlinkSync(join(bin, name), join(folder, name));
    const script = `case "$*" in *--schema-only*) exec sleep 600 ;; esac\nexec '${bin}/pg_dump' "$@"\n`;
    writeFileSync(join(folder, 'pg_dump'), `#!/bin/sh\n${script}`, { mode: 0o755 });
    return folder;
  }

  /** The only backup in a storage. */
  function folderOf({ folder }: Stored): string {
    const [family = ''] = readdirSync(folder);
    const [id = ''] = readdirSync(join(folder, family)).filter((name) => !name.startsWith('_'));
    return join(folder, family, id);
  }

  function verdictOf(stored: Stored): Verified | undefined {
    const path = join(folderOf(stored), 'verified.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Verified) : undefined;
  }

  /** No file, no server and no program of ours, and no verdict. */
  function requireNothing(stored: Stored, verdict?: Verified['verdict']): void {
    expect(readdirSync(tempDir)).toEqual([]);
    expect(processesOf(tempDir)).toEqual([]);
    expect(childrenLike(/./).filter((pid) => !children.includes(pid))).toEqual([]);
    expect(verdictOf(stored)?.verdict).toBe(verdict);
  }

  const runningIn = (pattern: RegExp): string | undefined =>
    processesOf(tempDir).find((line) => pattern.test(line));

  describe('that is cancelled', () => {
    it.each<[string, string, () => unknown, Record<string, string>]>([
      ['while it fetches', 'Fetching the backup', () => true, {}],
      ['while it looks for programs', 'PostgreSQL programs', () => true, {}],
      ['while the server is made', 'Scratch server', () => runningIn(/^\d+ \S*\/initdb --pgdata/), {}],
      ['while it restores', 'Restoring', () => runningIn(/CREATE INDEX/), {}],
      [
        'while it restores to a server of the user',
        'Restoring',
        () => childrenLike(/pg_restore.*post-data/)[0] ?? childrenLike(/pg_restore/)[0],
        { 'scratch-url': '' },
      ],
      ['while it compares', 'Comparing', () => childrenLike(/^sleep 600 /)[0], { 'postgres-bin': '' }],
      [
        "while it runs the user's checks",
        'Comparing',
        () => runningIn(/\] SELECT/),
        { checks: 'SELECT pg_sleep(60) IS NOT NULL' },
      ],
    ])('%s ends at once and leaves nothing', async (_when, step, ready, inputs) => {
      const aborter = new AbortController();
      const said = new Steps();
      let waiting: Promise<void> | undefined;
      said.onStep = (title) => {
        if (title !== step) return;
        waiting = until(step, () => ready() ?? undefined).then(() => aborter.abort());
      };
      const borrowed = 'scratch-url' in inputs;
      const psql = await rig.psql();
      const state = `SELECT json_agg(x) FROM (SELECT datname::text AS x FROM pg_database UNION ALL SELECT rolname FROM pg_roles ORDER BY 1) t`;
      const before = await psql.value(state);
      children = childrenLike(/./);
      const stored = step === 'Restoring' ? slow : shop;
      const { error, result } = await verify(
        15,
        {
          storage: stored.url,
          ...inputs,
          ...(borrowed ? { 'scratch-url': rig.server.url('postgres') } : {}),
          ...('postgres-bin' in inputs ? { 'postgres-bin': await sleepingPgDump() } : {}),
        },
        { tempDir, said, signal: aborter.signal },
      );
      await waiting;
      expect(result).toBeUndefined();
      expect(error).toBeInstanceOf(CancelledError);
      requireNothing(stored);
      expect(await psql.value(state)).toBe(before);
      await psql.close();
    });
  });

  describe('whose server', () => {
    it.each(['restores', 'compares'])('is killed while it %s says so', async (when) => {
      const said = new Steps();
      const pattern = when === 'restores' ? /CREATE INDEX/ : /\] SELECT/;
      said.onStep = (title) => {
        if (title !== (when === 'restores' ? 'Restoring' : 'Comparing')) return;
        void until(pattern.source, () => runningIn(pattern)).then(async () => {
          const postmaster = await until('the server', () => runningIn(/^\d+ \S*\/postgres -D /));
          const pid = Number.parseInt(postmaster, 10);
          expect(pid).toBeGreaterThan(1);
          process.kill(pid, 'SIGKILL');
        });
      };
      const stored = when === 'restores' ? slow : shop;
      const checks = when === 'restores' ? {} : { checks: 'SELECT pg_sleep(60) IS NOT NULL' };
      const { error } = await verify(15, { storage: stored.url, ...checks }, { tempDir, said });
      expect(error).toBeInstanceOf(UserError);
      expect(String(error)).toMatch(/scratch server has ended by itself/);
      requireNothing(stored);
    });

    (canMount() ? it.each(DISKS) : it.skip.each(DISKS))(
      'has no room on the disk %s says so, and is no verdict',
      async (_when, size, message) => {
        execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'pgkeep-test', tempDir]);
        try {
          const { error, result } = await verify(15, { storage: large.url }, { tempDir });
          expect(result).toBeUndefined();
          expect(error).toBeInstanceOf(UserError);
          expect(String(error)).toMatch(message);
          expect(String(error)).toMatch(/RUNNER_TEMP/);
          requireNothing(large);
        } finally {
          execFileSync('umount', [tempDir]);
        }
      },
    );
  });

  describe('in a folder for temporary files', () => {
    it('with a very long name passes', async () => {
      const deep = join(tempDir, 'a'.repeat(200), 'b'.repeat(200), 'an "odd", name');
      mkdirSync(deep, { recursive: true });
      const run = await verify(15, { storage: shop.url }, { tempDir: deep });
      expect(run.error).toBeUndefined();
      expect(unequal(run)).toEqual([]);
      expect(readdirSync(deep)).toEqual([]);
    });

    (canMount() ? it : it.skip)('that cannot be written to says so', async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'pgkeep-test', tempDir]);
      const fresh = await backup('shop');
      try {
        const { error } = await verify(15, { storage: fresh.url }, { tempDir });
        expect(error).toBeInstanceOf(UserError);
        expect(String(error)).toMatch(/cannot be unpacked to .*\(EROFS\).*RUNNER_TEMP/);
        requireNothing(fresh);
      } finally {
        execFileSync('umount', [tempDir]);
      }
    });
  });

  describe('of an encrypted backup', () => {
    it.each(['recipients', 'passphrase'])('with a wrong key, or none, is no verdict: %s', async (how) => {
      const [identity, other] = [await generateIdentity(), await generateIdentity()];
      const [inputs, wrong, input] =
        how === 'recipients'
          ? [{ recipients: await identityToRecipient(identity) }, { identity: other }, 'identity']
          : [{ passphrase: 'correct horse battery' }, { passphrase: 'another one' }, 'passphrase'];
      const stored = await backup('shop', inputs);
      const none = await verify(15, { storage: stored.url }, { tempDir });
      expect(none.error).toBeInstanceOf(UserError);
      expect(String(none.error)).toMatch(
        new RegExp(`encrypted, and no key was given. Give the input ${input}`),
      );
      requireNothing(stored);
      const bad = await verify(15, { storage: stored.url, ...wrong }, { tempDir });
      expect(bad.error).toBeInstanceOf(UserError);
      expect(String(bad.error)).toMatch(/^UserError: Wrong (key|passphrase)/);
      requireNothing(stored);
    });
  });

  it('of rows alone is refused, with what to verify instead', async () => {
    const stored = await backup('shop', { content: 'data' });
    const { error } = await verify(15, { storage: stored.url }, { tempDir });
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/holds rows alone.*content: all/);
    requireNothing(stored);
  });

  it('that fails is stored as such, and a later one that passes takes its place', async () => {
    const stored = await backup('shop');
    const file = join(folderOf(stored), 'database.dump.zst');
    const bytes = readFileSync(file);
    truncateSync(file, bytes.length - 1);
    const bad = await verify(15, { storage: stored.url }, { tempDir });
    expect(bad.error).toBeUndefined();
    expect(unequal(bad)).toEqual([
      expect.stringMatching(/^part \| database\.dump\.zst \| different .*truncated/),
    ]);
    expect(bad.result && redReasons(bad.result).map(String)).toEqual([
      expect.stringMatching(/did not pass verification: part database\.dump[^]*[^.]\. Do not rely on it/),
    ]);
    // Said once, by whoever shows the result.
    expect(bad.said.errors).toEqual([]);
    expect(reportText(bad.result!.report, { paint: (text) => text, width: undefined })).toMatch(
      /^Restored +no: what is stored is damaged; the backup was made of PostgreSQL \d[^]*^Compared +no; /m,
    );
    requireNothing(stored, 'failed');
    const none = await verify(15, { storage: stored.url, backup: 'latest-verified' }, { tempDir });
    expect(String(none.error)).toMatch(/has passed verification/);

    writeFileSync(file, bytes);
    expect((await verify(15, { storage: stored.url }, { tempDir })).error).toBeUndefined();
    requireNothing(stored, 'passed');
  });

  it('whose verdict the store refuses is red, and says so', async () => {
    const stored = await backup('shop');
    mkdirSync(join(folderOf(stored), 'verified.json', 'in the way'), { recursive: true });
    const run: Verification = await verify(15, { storage: stored.url }, { tempDir });
    expect(run.error).toBeUndefined();
    expect(run.result?.report.verdict).toBe('passed');
    expect(run.result?.stored).toBeUndefined();
    expect(run.said.warnings.join('\n')).toMatch(/did not take the verdict/);
    expect(run.result && redReasons(run.result).map(String)).toEqual([
      expect.stringMatching(/verdict on shop\/\S+ could not be stored in file:/),
    ]);
    expect(readdirSync(tempDir)).toEqual([]);
  });

  it('of a storage that is given twice, or of two with the same backups, verifies one', async () => {
    const stored = await backup('shop');
    const copy = rig.storage();
    execFileSync('cp', ['-a', `${stored.folder}/.`, copy.folder]);
    const run = await verify(15, { storage: `${copy.url}\n${stored.url}` }, { tempDir });
    expect(run.error).toBeUndefined();
    expect(run.result?.report.storage).toBe(copy.url);
    expect([verdictOf(copy)?.verdict, verdictOf(stored)]).toEqual(['passed', undefined]);
    const twice = await verify(15, { storage: `${stored.url}\n${stored.url}` }, { tempDir });
    expect(String(twice.error)).toMatch(/twice/);
  });

  it.each([`a"b'c;--$(touch x) \\ é`, '-dash', 'dbname=postgres host=192.0.2.1', 'x'.repeat(63)])(
    'of the database %s passes',
    async (name) => {
      await rig.database(name, 'CREATE TABLE t (a int)', 'INSERT INTO t VALUES (1)');
      const stored = await backup(name);
      children = childrenLike(/./);
      const run = await verify(15, { storage: stored.url }, { tempDir });
      expect(run.error).toBeUndefined();
      expect(unequal(run)).toEqual([]);
      expect(run.result?.report.database).toBe(name);
      requireNothing(stored, 'passed');
    },
  );
});
