// Backups as they are really made, chosen and staged again.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readFileSync } from 'node:fs';
import { chooseBackup } from '../../src/backup/choose.js';
import { run } from '../../src/base/process.js';
import type { DecryptionKeys } from '../../src/codec/index.js';
import { readObject } from '../../src/storage/read-many.js';
import { openStore } from '../../src/storage/registry.js';
import { stageBackup } from '../../src/restore/stage/index.js';
import type { StagedBackup } from '../../src/restore/types.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';
import { Desk } from './stage-rig.js';

const SUITE = 'staging of real backups';
if (rigMissing !== undefined) process.stderr.write(`NOT RUN: ${SUITE}: ${rigMissing}\n`);
const s3 = s3IsHere(`${SUITE} from S3`);

// A pg_dump that compresses with zstd by itself, and one that needs the program.
(rigMissing === undefined ? describe : describe.skip).each([17, 15])('PostgreSQL %i', (major) => {
  let rig: Rig;
  let desk: Desk;
  let server: S3Server;
  let identity: string;
  let recipients: string;

  beforeAll(async () => {
    identity = await generateIdentity();
    recipients = await identityToRecipient(identity);
    desk = new Desk();
    rig = await Rig.start(major);
    await rig.shop('shop');
    if (s3) server = await startS3();
  });
  afterAll(async () => {
    desk.end();
    await rig.stop();
    if (s3) server.stop();
  });

  /** Chooses the latest backup in storage and stages it. */
  async function stageLatest(
    url: string,
    keys: DecryptionKeys,
    env: NodeJS.ProcessEnv = {},
  ): Promise<StagedBackup> {
    const store = await openStore(url, { env });
    const choice = {
      name: 'shop',
      selector: { kind: 'latest' },
      now: new Date(),
      reporter: desk.said,
    } as const;
    const chosen = await chooseBackup([store], choice);
    const { signal } = new AbortController();
    return stageBackup({
      chosen,
      keys,
      tempDir: desk.tempDir,
      tools: desk.tools(),
      everyPart: true,
      fallback: false,
      reporter: desk.said,
      signal,
    });
  }

  /** Reads the whole of a dump with the stock program. */
  async function readAll({ format, path }: StagedBackup): Promise<string> {
    if (format === 'plain') return readFileSync(path, 'utf8');
    const { code, stdout, stderr } = await run(rig.programs.path('pg_restore'), ['-f', '-', path], {
      env: { ...process.env, ...rig.programs.env },
    });
    if (code !== 0) throw new Error(stderr);
    return stdout.toString();
  }

  const KINDS = ['none', 'recipients', 'passphrase'] as const;
  const COMPRESSIONS = ['none', 'gzip', 'zstd', ...(major >= 16 ? ['lz4'] : [])];
  const cases = ['custom', 'directory', 'plain'].flatMap((format) =>
    COMPRESSIONS.map((compression, index): [string, string, (typeof KINDS)[number]] => [
      format,
      compression,
      // A passphrase takes a second for each file, so not with every format.
      format === 'custom' ? (KINDS[index % 3] ?? 'none') : index % 2 === 0 ? 'recipients' : 'none',
    ]),
  );

  it.each(cases)('%s, %s, encrypted for %s', async (format, compression, kind) => {
    const { url } = rig.storage();
    const encryption = { none: {}, recipients: { recipients }, passphrase: { passphrase: 'open sesame' } };
    const keys = { none: {}, recipients: { identities: [identity] }, passphrase: encryption.passphrase };
    const inputs = { format, compression, globals: 'true', ...encryption[kind] };
    const made = await rig.backup({ 'database-url': rig.server.url('shop'), storage: url, ...inputs });
    expect(made.error).toBeUndefined();
    const staged = await stageLatest(url, keys[kind]);
    expect(staged).toMatchObject({ format, manifest: { id: made.result?.results[0]?.manifest.id } });
    expect(await readAll(staged)).toMatch(/^COPY .*customers[\s\S]*PostgreSQL database dump complete/m);
    expect(readFileSync(staged.globals ?? '', 'utf8')).toMatch(/CREATE ROLE postgres/);
    expect(staged.fingerprint?.tables.reduce((sum, { rows }) => sum + rows, 0)).toBe(
      staged.manifest.totals?.rows,
    );
    await staged.remove();
    desk.requireNothing();
    expect(desk.said.warnings).toEqual([]);
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{ content: 'schema' }, 'rows'],
    [{ fingerprint: 'none' }, undefined],
    [{ fingerprint: 'content' }, 'content'],
    [{ schemas: 'app' }, 'rows'],
  ])('with %j', async (inputs, level) => {
    const { url } = rig.storage();
    const made = await rig.backup({ 'database-url': rig.server.url('shop'), storage: url, ...inputs });
    expect(made.error).toBeUndefined();
    const staged = await stageLatest(url, {});
    expect(staged.fingerprint?.level).toBe(level);
    await readAll(staged);
    await staged.remove();
  });

  (s3 ? it : it.skip)('in S3', async () => {
    const url = `s3://${await server.bucket()}/prod`;
    const inputs = { 'database-url': rig.server.url('shop'), storage: url, recipients, globals: 'true' };
    const made = await rig.backup(inputs, { env: { ...process.env, ...server.ceph.env } });
    expect(made.error).toBeUndefined();
    // Where the bucket is stands in this run's environment alone, which nobody has who recovers from a disaster.
    const id = made.result?.results[0]?.manifest.id ?? '';
    const store = await openStore(url, { env: server.ceph.env });
    const recovery = (await readObject(store, `shop/${id}/RECOVERY.md`)).toString();
    expect(recovery).toContain(
      `\naws s3 cp --recursive ${url}/shop/${id}/ . --endpoint-url ${server.ceph.endpoint} --region us-east-1\n`,
    );
    expect(recovery).not.toContain(server.ceph.accessKey);
    const staged = await stageLatest(url, { identities: [identity] }, server.ceph.env);
    expect(await readAll(staged)).toMatch(/^COPY .*customers/m);
    expect(staged.fingerprint?.database).toBe('shop');
    await staged.remove();
    desk.requireNothing();
  });
});
