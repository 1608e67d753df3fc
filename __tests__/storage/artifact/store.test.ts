import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listBackups, listFamilies, newestBackup, readBackup } from '../../../src/backup/catalogue.js';
import { readHistory } from '../../../src/backup/history.js';
import { readInventory } from '../../../src/backup/inventory.js';
import { writeLog } from '../../../src/backup/log.js';
import { readVerified } from '../../../src/backup/verified.js';
import { messageOf } from '../../../src/base/errors.js';
import { silentReporter } from '../../../src/base/reporter.js';
import { artifactAccess } from '../../../src/github/artifacts.js';
import type { ArtifactAccess } from '../../../src/storage/artifact/access.js';
import { digestOfBytes } from '../../../src/storage/digest.js';
import { putObject } from '../../../src/storage/put.js';
import { readObject } from '../../../src/storage/read-many.js';
import { openStore, type StoreContext } from '../../../src/storage/registry.js';
import type { Store } from '../../../src/storage/store.js';
import { keysOf, objectsOf, putBackup, verdictOf } from '../../support/family.js';
import { GithubFake, json } from '../../support/github-fake.js';

const ID = '20261120T020000Z-k3fd';
const LATER = '20261121T020000Z-aaaa';
const FORK = 666;

describe('artifacts', () => {
  let fake: GithubFake;
  let tempDir: string;
  let told: string[];
  let waits: number[];

  beforeEach(async () => {
    fake = await GithubFake.start();
    tempDir = await mkdtemp(join(tmpdir(), 'pgkeep-artifacts-'));
    told = [];
    waits = [];
  });
  afterEach(async () => {
    await fake.stop();
    // Nothing that was staged stays, whatever happened.
    expect(await readdir(tempDir)).toEqual([]);
    await rm(tempDir, { recursive: true });
    for (const message of told) expectNoSecret(message);
  });

  function expectNoSecret(text: string): void {
    expect(text).not.toMatch(/SECRETSIGNATURE|ghs_workflow|127\.0\.0\.1/);
  }

  /** The store as a run sees it; without a run, as a terminal does. */
  function open(
    runId?: number,
    access: Partial<ArtifactAccess> = {},
    context: Partial<StoreContext> = {},
  ): Promise<Store> {
    if (runId !== undefined) fake.enter(runId);
    const env = fake.env(runId);
    const artifacts = artifactAccess({ token: env['GITHUB_TOKEN'], tempDir, isPublic: false, env });
    return openStore('artifact://', {
      env,
      artifacts: artifacts && { ...artifacts, ...access },
      reporter: {
        ...silentReporter,
        info: (text) => void told.push(text),
        warn: (text) => void told.push(text),
      },
      retry: { attempts: 4, baseMs: 1, sleep: (ms) => Promise.resolve(void waits.push(ms)) },
      ...context,
    });
  }

  async function failure(work: Promise<unknown>): Promise<string> {
    const message = await work.then(() => 'it succeeded', messageOf);
    expectNoSecret(message);
    return message;
  }

  /** A backup that is there already. */
  function given(id: string, runId: number, made: Partial<{ headRepositoryId: number }> = {}): void {
    for (const [key, bytes] of objectsOf({ id })) {
      const file = key.split('/')[2] ?? '';
      const name = file === 'manifest.json' ? 'pgkeep.shop.manifest.json' : `pgkeep.shop.${id}.${file}`;
      fake.add(name, { bytes, runId, ...made });
    }
  }

  const asked = (text: string): number => fake.requests.filter((request) => request.includes(text)).length;

  it('stores each file as an artifact of the documented name, and another run reads them', async () => {
    await putBackup(await open(77), { id: ID });
    expect(fake.artifacts.map(({ name }) => name)).toEqual([
      `pgkeep.shop.${ID}.database.dump`,
      `pgkeep.shop.${ID}.RECOVERY.md`,
      'pgkeep.shop.manifest.json',
    ]);
    for (const store of [await open(78), await open()]) {
      expect(await listFamilies(store)).toEqual(['shop']);
      expect((await newestBackup(store, 'shop'))?.id).toBe(ID);
      expect(Buffer.from(await readObject(store, `shop/${ID}/database.dump`)).toString()).toBe('dump');
      expect(await keysOf(store, 'shop/')).toEqual([...objectsOf({ id: ID }).keys()].sort());
      expect(store.locate(`shop/${ID}/database.dump`)).toBe(`artifact://acme/shop/shop/${ID}/database.dump`);
    }
  });

  it('makes none outside of a run, but removes them there', async () => {
    given(ID, 77);
    const store = await open();
    expect(await failure(putObject(store, 'x', Buffer.from('x')))).toMatch(/only within a workflow run/);
    for (const key of await keysOf(store, 'shop/')) await store.remove(key);
    expect(fake.artifacts).toEqual([]);
  });

  it('keeps two backups of one family in one run apart', async () => {
    const store = await open(77);
    await putBackup(store, { id: ID });
    await putBackup(store, { id: LATER });
    expect(fake.named('pgkeep.shop.manifest.json.2')).toHaveLength(1);
    const other = await open(78);
    const { backups } = await listBackups(other, 'shop');
    expect(backups.map(({ id }) => id)).toEqual([ID, LATER]);
    await store.remove(`shop/${ID}/manifest.json`);
    const { entries, orphans } = await readInventory(await open(78), 'shop');
    expect(entries.map(({ manifest }) => manifest.id)).toEqual([LATER]);
    expect(orphans.map(({ id }) => id)).toEqual([ID]);
    expect((await readBackup(await open(78), 'shop', LATER))?.id).toBe(LATER);
  });

  it('takes the newest verdict, and deletes the one before it', async () => {
    given(ID, 77);
    const key = `shop/${ID}/verified.json`;
    await putObject(await open(78), key, verdictOf(ID, 'failed'));
    const before = await open(79);
    expect((await readVerified(before, 'shop', ID))?.verdict).toBe('failed');
    const store = await open(80);
    await putObject(store, key, verdictOf(ID, 'passed'));
    expect(fake.named(`pgkeep.shop.${ID}.verified.json`).map(({ runId }) => runId)).toEqual([80]);
    expect((await readVerified(before, 'shop', ID))?.verdict).toBe('passed');
    // Within one run the name is taken.
    await putObject(store, key, verdictOf(ID, 'failed'));
    expect(fake.artifacts.filter(({ name }) => name.includes('verified')).map(({ name }) => name)).toEqual([
      `pgkeep.shop.${ID}.verified.json~2`,
    ]);
    expect((await readVerified(before, 'shop', ID))?.verdict).toBe('failed');
    expect((await readInventory(await open(81), 'shop')).entries[0]?.verified?.verdict).toBe('failed');
  });

  it('keeps a log that is listed by its name', async () => {
    for (const run of [77, 77, 78]) {
      const stores = [await open(run)];
      const entry = { action: 'backup', backup: ID } as const;
      await writeLog(
        { stores, run: { runId: String(run) }, reporter: silentReporter },
        'shop',
        new Date(),
        entry,
      );
    }
    for (let other = 0; other < 150; other += 1) fake.add(`build-${other}`);
    fake.requests.length = 0;
    const { records, unreadable } = await readHistory(await open(), 'shop');
    expect(records.map(({ backup }) => backup)).toEqual([ID, ID, ID]);
    expect(unreadable).toBe(0);
    expect(asked('/artifacts?')).toBe(asked('name=pgkeep.shop.log.json'));
  });

  it('does not read the thousands of artifacts that others made', async () => {
    given(ID, 77);
    given(LATER, 78);
    for (let other = 0; other < 5000; other += 1) fake.add(`build-${other}`, { runId: 1000 + other });
    fake.add(`pgkeep.shop.${ID}.verified.json`, { runId: 90, bytes: verdictOf(ID, 'passed') });
    const store = await open();
    fake.requests.length = 0;
    const { entries } = await readInventory(store, 'shop');
    expect(entries.map(({ manifest, verified }) => [manifest.id, verified?.verdict])).toEqual([
      [ID, 'passed'],
      [LATER, undefined],
    ]);
    expect(fake.requests.filter((request) => !request.includes('/blob/')).length).toBeLessThan(25);
  });

  it('asks for the name of the family where there is too much to look through', async () => {
    fake.rule = ({ path }, response) => {
      if (!path.includes('/artifacts?')) return false;
      json(response, 200, { total_count: 10_001, artifacts: [] });
      return true;
    };
    expect(await failure(listFamilies(await open()))).toMatch(/10,001 artifacts.*Say which with name/);
    expect(fake.requests).toHaveLength(1);
  });

  it('does not count what forks made, and what has expired', async () => {
    given(ID, 77);
    given(LATER, 78, { headRepositoryId: FORK });
    fake.add(`pgkeep.shop.${ID}.verified.json`, { headRepositoryId: FORK, bytes: verdictOf(ID, 'passed') });
    const store = await open();
    expect((await newestBackup(store, 'shop'))?.id).toBe(ID);
    expect(await readVerified(store, 'shop', ID)).toBeUndefined();
    for (const artifact of fake.artifacts) artifact.expired = true;
    expect(await keysOf(await open(), 'shop/')).toEqual([]);
  });

  it('says that an artifact expired between listing and reading', async () => {
    given(ID, 77);
    const store = await open();
    await keysOf(store, 'shop/');
    for (const artifact of fake.artifacts) artifact.expired = true;
    expect(await failure(readObject(store, `shop/${ID}/database.dump`))).toMatch(
      /no longer there: it has expired/,
    );
    fake.artifacts.length = 0;
    expect(await failure(readObject(store, `shop/${ID}/RECOVERY.md`))).toMatch(
      /it was deleted or has expired/,
    );
  });

  it('takes a manifest of 0 bytes, as a broken upload leaves it, for one that cannot be read: nothing of its backup is left over', async () => {
    given(ID, 77);
    const [manifest] = fake.named('pgkeep.shop.manifest.json');
    if (manifest === undefined) throw new Error('no manifest');
    const nothing = Buffer.alloc(0);
    Object.assign(manifest, { bytes: nothing, digest: `sha256:${digestOfBytes(nothing).sha256}` });
    const { entries, unreadable, orphans } = await readInventory(await open(), 'shop');
    expect([entries, orphans]).toEqual([[], []]);
    expect(unreadable).toMatchObject([{ id: ID, reason: expect.stringContaining('is empty') }]);
  });

  it('never gives the end of what does not match its digest', async () => {
    given(ID, 77);
    const dump = fake.named(`pgkeep.shop.${ID}.database.dump`)[0];
    if (dump === undefined) throw new Error('no dump');
    dump.bytes = Buffer.from('DUMP');
    const store = await open();
    expect(await failure(readObject(store, `shop/${ID}/database.dump`))).toMatch(/the artifact is damaged/);
    dump.digest = '';
    expect(await failure(readObject(await open(), `shop/${ID}/database.dump`))).toMatch(/keeps no SHA-256/);
  });

  it('reads on where the connection broke off', async () => {
    const bytes = randomBytes(3_000_000);
    fake.add(`pgkeep.shop.${ID}.database.dump`, { bytes });
    let broken = 0;
    fake.rule = ({ path }, response) => {
      if (!path.startsWith('/blob/down/') || broken === 2) return false;
      broken += 1;
      // The second time it says only that it cannot.
      if (broken === 2) response.writeHead(503).end();
      else
        response
          .writeHead(200, { 'content-length': bytes.length })
          .write(bytes.subarray(0, 1_000_000), () => response.destroy());
      return true;
    };
    const read = await readObject(await open(), `shop/${ID}/database.dump`);
    expect(Buffer.from(read).equals(bytes)).toBe(true);
    expect(broken).toBe(2);
  });

  it('refuses what came back from GitHub as something else, and leaves nothing', async () => {
    fake.rule = ({ path }, response) => {
      if (!path.startsWith('/blob/down/')) return false;
      response.writeHead(200).end('altered');
      return true;
    };
    const upload = await (await open(77)).upload(`shop/${ID}/database.dump`);
    await upload.part(0, Buffer.from('precise'));
    expect(await failure(upload.complete(digestOfBytes(Buffer.from('precise'))))).toMatch(
      /does not hold what was sent: other bytes came back, where 7 with .* It was removed/,
    );
    expect(fake.artifacts).toEqual([]);
  });

  it('deletes what became an artifact while it was given up', async () => {
    const upload = await (await open(77)).upload('x');
    await upload.part(0, Buffer.from('x'));
    let aborted: Promise<void> | undefined;
    fake.rule = ({ path }) => {
      if (path.endsWith('/FinalizeArtifact')) aborted = upload.abort();
      return false;
    };
    expect(await failure(upload.complete(digestOfBytes(Buffer.from('x'))))).toMatch(/Cancelled/);
    await aborted;
    expect(asked('FinalizeArtifact')).toBe(1);
    expect(fake.artifacts).toEqual([]);
  });

  it('is sent again under another name when the upload broke off half-way', async () => {
    let broken = false;
    fake.rule = ({ path }, response) => {
      if (broken || !path.includes('comp=blocklist')) return false;
      broken = true;
      response.writeHead(400).end();
      return true;
    };
    const store = await open(77);
    await putObject(store, `shop/${ID}/database.dump`, Buffer.from('dump'));
    expect(fake.artifacts.map(({ name }) => name)).toEqual([`pgkeep.shop.${ID}.database.dump~2`]);
    expect(Buffer.from(await readObject(await open(), `shop/${ID}/database.dump`)).toString()).toBe('dump');
  });

  it('leaves nothing of an upload that fails for good', async () => {
    fake.rule = ({ path }, response) => {
      if (!path.includes('comp=block')) return false;
      response.writeHead(403).end();
      return true;
    };
    const store = await open(77);
    expect(await failure(putObject(store, `shop/${ID}/database.dump`, Buffer.from('dump')))).toMatch(
      /broke off/,
    );
    expect(fake.artifacts).toEqual([]);
  });

  it.each([
    [{ code: 'resource_exhausted', msg: 'insufficient usage to create artifact' }, 403, /gigabyte-hours/],
    [{ msg: 'forbidden' }, 403, /GitHub refused it/],
  ])('explains an upload that GitHub answers with %j', async (body, status, sentence) => {
    fake.rule = ({ path }, response) => {
      if (!path.startsWith('/twirp/')) return false;
      json(response, status, body);
      return true;
    };
    expect(await failure(putObject(await open(77), 'x', Buffer.from('x')))).toMatch(sentence);
    expect(asked('CreateArtifact')).toBe(1);
  });

  it.each([403, 404])('says which permission is missing at a %d', async (status) => {
    given(ID, 77);
    const store = await open();
    await keysOf(store, 'shop/');
    const refuse =
      (wanted: string) =>
      ({ method }: { method: string }, response: Parameters<typeof json>[0]): boolean => {
        if (method !== wanted) return false;
        json(response, status, { message: 'Resource not accessible by integration' });
        return true;
      };
    fake.rule = refuse('GET');
    expect(await failure(keysOf(store, 'shop/'))).toMatch(
      /"permissions:" with "actions: read".*not accessible/,
    );
    // The line that a backup needs, and not the one for which it fails again later.
    expect(await failure(keysOf(await open(undefined, { permission: 'write' }), 'shop/'))).toMatch(
      /"actions: write"/,
    );
    fake.rule = refuse('DELETE');
    // GitHub answers 404 also for what is no longer there: that is what was wanted.
    const removed = await failure(store.remove(`shop/${ID}/database.dump`));
    expect(removed).toMatch(status === 403 ? /"actions: write"/ : /it succeeded/);
  });

  it('waits as long as GitHub asks, and no longer than anybody would', async () => {
    given(ID, 77);
    let left = 2;
    let headers: Record<string, string> = { 'retry-after': '7' };
    fake.rule = (_request, response) => {
      if (left === 0) return false;
      left -= 1;
      json(response, 403, { message: 'You have exceeded a secondary rate limit' }, headers);
      return true;
    };
    expect((await (await open()).stat(`shop/${ID}/database.dump`))?.bytes).toBe(4);
    expect(waits).toEqual([7000, 7000]);
    expect(told).toContain('GitHub asks to wait 7.0 s before it takes more requests with this token.');
    left = 1;
    headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1800),
    };
    expect(await failure((await open()).stat(`shop/${ID}/database.dump`))).toMatch(
      /takes no more requests.*until \d\d:\d\d UTC: .*1,000 requests an hour/,
    );
    expect(waits).toHaveLength(2);
  });

  it('tries again where GitHub answers 502, and begins a list anew that ended half-way', async () => {
    for (let other = 0; other < 150; other += 1) fake.add(`build-${other}`);
    given(ID, 77);
    let failures = 0;
    fake.rule = ({ path }, response) => {
      if (!path.endsWith('page=2') || failures === 2) return false;
      failures += 1;
      if (failures === 1) json(response, 502, {});
      else json(response, 200, { total_count: 154, artifacts: [] });
      return true;
    };
    expect(await keysOf(await open(), 'shop/')).toHaveLength(3);
    expect(failures).toBe(2);
  });

  it('asks GitHub to keep it for as many days as are wanted', async () => {
    await putObject(await open(77, { retentionDays: 5 }), 'x', Buffer.from('x'));
    const days = (Date.parse(fake.artifacts[0]?.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(4.9);
    expect(days).toBeLessThan(5.1);
  });

  it('stages nothing where there is no room, and nobody else may read what it stages', async () => {
    const store = await open(77);
    const enormous = store.upload('x', { estimatedBytes: 2 ** 60 });
    expect(await failure(enormous)).toMatch(/Not enough disk space to make the artifact.*512 PiB.*s3:\/\//);
    const upload = await store.upload('x');
    await upload.part(0, Buffer.from('half'));
    const [folder] = await readdir(tempDir);
    const path = join(tempDir, folder ?? '');
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, 'pgkeep~x'))).mode & 0o777).toBe(0o600);
    await upload.abort();
  });

  it('stops when the run is cancelled, and still cleans up', async () => {
    const controller = new AbortController();
    const store = await open(77, {}, { signal: controller.signal });
    fake.rule = ({ path }) => {
      if (!path.startsWith('/blob/down/')) return false;
      // The upload is there and being read back when the run is told to stop.
      controller.abort();
      return true;
    };
    expect(await failure(putObject(store, 'x', Buffer.from('x')))).toMatch(/Cancelled/);
    expect(fake.artifacts).toEqual([]);
  });
});
