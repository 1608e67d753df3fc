import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeManifest } from '../../src/backup/manifest.js';
import { digestOfBytes } from '../../src/storage/digest.js';
import { summaryMarkup } from '../../src/github/summary.js';
import { reportText } from '../../src/verify/report-text.js';
import { outputsOf, redReasons } from '../../src/verify/result.js';
import { verifySummary } from '../../src/verify/summary.js';
import type { VerifyReport, VerifyResult } from '../../src/verify/types.js';
import { clientMajors, Rig, rigMissing } from '../support/backup-rig.js';
import { unequal, verify, type Verification } from '../support/verify-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: verifications: ${rigMissing}\n`);

(rigMissing === undefined ? describe : describe.skip)('a verification', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(15);
    await rig.shop('shop');
    await rig.database(
      'owned',
      'CREATE ROLE keeper',
      'CREATE TABLE t (a int)',
      'ALTER TABLE t OWNER TO keeper',
    );
  });
  afterAll(() => rig.stop());

  /** Makes a backup in a fresh folder. Returns the storage. */
  async function backup(
    database: string,
    inputs: Record<string, string> = {},
  ): Promise<{ folder: string; url: string }> {
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

  function passed(run: Verification): VerifyReport {
    expect(run.error).toBeUndefined();
    expect(unequal(run)).toEqual([]);
    expect(run.result?.report.verdict).toBe('passed');
    return run.result?.report as VerifyReport;
  }

  it.each([
    ['custom', 'zstd'],
    ['custom', 'none'],
    ['directory', 'gzip'],
    ['directory', 'zstd'],
    ['plain', 'zstd'],
    ['plain', 'gzip'],
  ])('passes a %s dump compressed by %s, encrypted and hashed', async (format, compression) => {
    const identity = await generateIdentity();
    const { url } = await backup('shop', {
      format,
      compression,
      recipients: await identityToRecipient(identity),
      fingerprint: 'content',
    });
    const report = passed(await verify(15, { storage: url, identity }));
    expect(report.control.outcome).toBe('noticed');
    expect(report.findings.filter(({ kind }) => kind === 'table')).toHaveLength(9);
  });

  it('stores its verdict beside the backup, and a line in the log, without a name of a table', async () => {
    const { url, folder } = await backup('shop');
    const { result } = await verify(
      15,
      { storage: url },
      { run: { runId: '7', runUrl: 'https://ci.example/7' } },
    );
    const id = result?.report.backupId ?? '';
    const text = readFileSync(join(folder, 'shop', id, 'verified.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      version: 1,
      backupId: id,
      verdict: 'passed',
      control: 'noticed',
      rows: 6506,
      runUrl: 'https://ci.example/7',
    });
    expect(text).not.toContain('orders');
    const log = readdirSync(join(folder, 'shop', '_log')).map(
      (file) =>
        JSON.parse(readFileSync(join(folder, 'shop', '_log', file), 'utf8')) as Record<string, unknown>,
    );
    expect(log.map(({ action, outcome, backup: of }) => [action, outcome, of])).toContainEqual([
      'verify',
      'success',
      id,
    ]);
    expect((await verify(15, { storage: url, backup: 'latest-verified' })).result?.report.backupId).toBe(id);
  });

  it('fails where the globals lack a role that the archive names', async () => {
    const { url, folder } = await backup('owned');
    const [id = ''] = readdirSync(join(folder, 'owned')).filter((name) => !name.startsWith('_'));
    const path = join(folder, 'owned', id);
    // As a backup that is not ours may be: its globals are those of another moment.
    const globals = Buffer.from(
      readFileSync(join(path, 'globals.sql'), 'utf8').replaceAll('keeper', 'someone'),
    );
    writeFileSync(join(path, 'globals.sql'), globals);
    const manifest = decodeManifest(readFileSync(join(path, 'manifest.json')), path);
    const parts = manifest.parts.map((part) =>
      part.file === 'globals.sql' ? { ...part, ...digestOfBytes(globals) } : part,
    );
    writeFileSync(join(path, 'manifest.json'), JSON.stringify({ ...manifest, parts }));
    const run = await verify(15, { storage: url });
    expect(run.result?.report.verdict).toBe('failed');
    expect(unequal(run)).toContainEqual(expect.stringMatching(/^role \| keeper \| .*missing/));
  });

  it('needs no globals', async () => {
    const { url } = await backup('shop', { globals: 'false' });
    passed(await verify(15, { storage: url }));
  });

  it('of definitions alone compares those', async () => {
    const { url } = await backup('shop', { content: 'schema' });
    passed(await verify(15, { storage: url }));
  });

  it('of a part of a database compares that part', async () => {
    const { url } = await backup('shop', { schemas: 'app' });
    passed(await verify(15, { storage: url }));
  });

  it('of a backup without a fingerprint says how little it knows', async () => {
    const { url } = await backup('shop', { fingerprint: 'none' });
    const run = await verify(15, { storage: url });
    expect(run.error).toBeUndefined();
    expect(run.result?.report.verdict).toBe('passed');
    expect(unequal(run)).toContainEqual(expect.stringMatching(/not measured.*without a fingerprint/));
    expect(run.result?.report.control.outcome).toBe('not applicable');
  });

  it('of an empty database passes, and its control is not applicable', async () => {
    await rig.database('empty');
    const { url } = await backup('empty');
    const run = await verify(15, { storage: url });
    expect(run.result?.report).toMatchObject({
      verdict: 'passed',
      control: { outcome: 'not applicable', damage: null },
      warnings: [expect.stringMatching(/holds nothing.*proves nothing/)],
    });
    expect(unequal(run)).toEqual([expect.stringMatching(/^control .* not measured/)]);
  });

  it.each([
    [
      'checks',
      'SELECT count(*) = 5000 FROM app.orders',
      'SELECT count(*) = 1 FROM app.orders',
      /check \|.*false/,
    ],
    ['expect-tables', 'app.orders\napp.customers', 'app.order', /expected table \| app\.order \|.*missing/],
    ['max-age', '1h', '1m', undefined],
  ])('takes %s', async (input, good, bad, message) => {
    const { url } = await backup('shop');
    passed(await verify(15, { storage: url, [input]: good }));
    if (message === undefined) return;
    const run = await verify(15, { storage: url, [input]: bad });
    expect(run.result?.report.verdict).toBe('failed');
    expect(unequal(run).join('\n')).toMatch(message);
  });

  it('of the latest mentions what is newer: red where it cannot be read, a warning where it may be under way', async () => {
    const { url, folder } = await backup('shop', { content: 'schema' });
    const family = join(folder, 'shop');
    const id = readdirSync(family).find((file) => !file.startsWith('_')) ?? '';
    const unfinished = '20990101T000000Z-aaaa';
    mkdirSync(join(family, unfinished));
    writeFileSync(join(family, unfinished, 'database.dump'), 'half of it');

    const green = await verify(15, { storage: url });
    const sentence: unknown = expect.stringMatching(`^shop/${unfinished} in .* has no manifest`);
    expect(green.said.warnings).toEqual([sentence]);
    expect(passed(green).warnings).toEqual([sentence]);
    expect(redReasons(green.result as VerifyResult)).toEqual([]);

    const damaged = '20990102T000000Z-aaaa';
    mkdirSync(join(family, damaged));
    writeFileSync(join(family, damaged, 'manifest.json'), '{ torn');
    const red = (await verify(15, { storage: url })).result as VerifyResult;
    expect(red.report).toMatchObject({ backupId: id, verdict: 'failed', warnings: [sentence] });
    expect(outputsOf(red)).toMatchObject({ verified: false, 'backup-id': id, differences: 1 });
    expect(redReasons(red).map(({ message }) => message)).toEqual([
      expect.stringMatching(`^A newer backup cannot be read, .*shop/${damaged} in .* is not JSON`),
    ]);
    const text = reportText(red.report, { paint: (plain) => plain, width: undefined });
    expect(text).toMatch(
      new RegExp(`^FAILED shop/${id} restores, .*; but ${damaged}, which is newer, cannot be read`),
    );
    expect(verifySummary(red, summaryMarkup, { namesToo: false })).toMatch(/^## ❌ Verification failed\n/);
    // What was verified is sound, and stays the latest verified.
    const verdict = JSON.parse(readFileSync(join(family, id, 'verified.json'), 'utf8')) as {
      verdict: string;
    };
    expect(verdict.verdict).toBe('passed');
    const outcomes = readdirSync(join(family, '_log'))
      .map((file) => JSON.parse(readFileSync(join(family, '_log', file), 'utf8')) as Record<string, unknown>)
      .filter(({ action }) => action === 'verify')
      .map(({ outcome, error }) => `${String(outcome)} ${String(error)}`);
    expect(outcomes.sort()).toEqual(['failure Verification failed: newer backup.', 'success null']);
  });

  it.each([
    [{ backup: '20200101T000000Z-aaaa' }, /There is no backup "20200101T000000Z-aaaa"/],
    [{ backup: 'before:2020-01-01T00:00:00Z' }, /The oldest is of/],
    [{ backup: 'latest-verified' }, /has passed verification/],
    [{ name: 'other' }, /There are no backups named "other".*shop/],
    [
      { label: 'weekly' },
      /No backup named "shop" in \S+ has the label "weekly"\. None of them has a label\./,
    ],
  ])('of %j says what there is', async (inputs, message) => {
    const { url } = await backup('shop');
    expect(String((await verify(15, { storage: url, ...inputs })).error)).toMatch(message);
  });

  it('refuses a manifest of a newer format', async () => {
    const { url, folder } = await backup('shop');
    const id = readdirSync(join(folder, 'shop')).find((file) => !file.startsWith('_')) ?? '';
    const path = join(folder, 'shop', id, 'manifest.json');
    const manifest = decodeManifest(readFileSync(path), path);
    writeFileSync(path, JSON.stringify({ ...manifest, version: 2 }));
    expect(String((await verify(15, { storage: url, backup: id })).error)).toMatch(/format 2.*pgkeep v2/);
  });

  (clientMajors.includes(17) ? it : it.skip)(
    'restores into a newer server where that is asked for',
    async () => {
      const { url } = await backup('shop');
      const run = await verify(17, { storage: url, 'postgres-version': '17' });
      expect(run.error).toBeUndefined();
      expect(unequal(run)).toEqual([
        expect.stringMatching(/^definitions \| of the archive \| not measured \| pg_restore 17/),
      ]);
      const { server } = run.result?.report as VerifyReport;
      expect([server.source, server.scratch].map((version) => version.split('.')[0])).toEqual(['15', '17']);
    },
  );

  it('uses a server of the user and leaves nothing there', async () => {
    const { url } = await backup('shop');
    const psql = await rig.psql();
    const state = `SELECT json_agg(x) FROM (SELECT datname::text AS x FROM pg_database UNION ALL SELECT rolname FROM pg_roles ORDER BY 1) t`;
    const before = await psql.value(state);
    passed(await verify(15, { storage: url, 'scratch-url': rig.server.url('postgres') }));
    expect(await psql.value(state)).toBe(before);
  });
});

describe.each(clientMajors)('PostgreSQL %i', (major) => {
  it('is verified on a server of its own major', async () => {
    const rig = await Rig.start(major);
    try {
      await rig.shop('shop');
      const { url } = rig.storage();
      const { error } = await rig.backup({
        'database-url': rig.server.url('shop'),
        storage: url,
        globals: 'true',
      });
      expect(error).toBeUndefined();
      const run = await verify(major, { storage: url });
      expect(run.error).toBeUndefined();
      expect(unequal(run)).toEqual([]);
      expect(run.result?.report.server.scratch).toMatch(new RegExp(`^${major}\\.`));
    } finally {
      await rig.stop();
    }
  });
});
