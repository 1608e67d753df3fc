import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOfBytes } from '../../src/storage/digest.js';
import { putObject } from '../../src/storage/put.js';
import { readObject } from '../../src/storage/read-many.js';
import { openStore } from '../../src/storage/registry.js';
import { S3_TIMEOUTS, S3Connection } from '../../src/storage/s3/client.js';
import { parseS3Url } from '../../src/storage/s3/location.js';
import { s3Settings } from '../../src/storage/s3/settings.js';
import { S3Store } from '../../src/storage/s3/store.js';
import { StoreSink } from '../../src/storage/sink.js';
import type { ReadBack, Store } from '../../src/storage/store.js';
import { startConnectProxy } from '../support/connect-proxy.js';
import { startFaultProxy, type FaultProxy, type Seen } from '../support/fault-proxy.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';

(s3IsHere('requests to S3') ? describe : describe.skip)('what goes over the wire to S3', () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let bucket: string;
  const bytes = randomBytes(9_000_000);

  beforeAll(async () => {
    server = await startS3();
    proxy = await startFaultProxy(server.ceph.port);
  });
  afterAll(() => {
    proxy.stop();
    server.stop();
  });
  beforeEach(async () => {
    bucket = await server.bucket();
    proxy.seen.length = 0;
  });

  const env = (): NodeJS.ProcessEnv => ({ ...server.ceph.env, AWS_ENDPOINT_URL: proxy.endpoint });
  const only = (method: string, path: RegExp): Seen[] =>
    proxy.seen.filter((seen) => seen.method === method && path.test(seen.path));
  const headersSent = (): string => proxy.seen.flatMap(({ headers }) => Object.keys(headers)).join(' ');

  async function write(store: Store): Promise<ReadBack> {
    const sink = await StoreSink.open(store, 'big');
    await sink.write(bytes);
    const { readBack } = await sink.finish(digestOfBytes(bytes));
    expect(Buffer.from(await readObject(store, 'big')).equals(bytes)).toBe(true);
    return readBack;
  }

  it('goes by the proxy of the environment, and not where it is excepted', async () => {
    const way = await startConnectProxy(() => server.ceph.port);
    try {
      const behind = { ...server.ceph.env, AWS_ENDPOINT_URL: 'http://s3.example.test', http_proxy: way.url };
      const store = await openStore(`s3://${bucket}/p`, { env: behind });
      await write(store);
      expect(new Set(way.asked)).toEqual(new Set(['s3.example.test:80']));
      // Connections are used again.
      expect(way.asked.length).toBeLessThan(10);
      const asked = way.asked.length;
      const excepted = { ...behind, no_proxy: '.example.test', AWS_MAX_ATTEMPTS: '1' };
      const direct = await openStore(`s3://${bucket}/p`, { env: excepted });
      await expect(readObject(direct, 'big')).rejects.toThrow();
      expect(way.asked).toHaveLength(asked);
    } finally {
      way.stop();
    }
  });

  it('other services get Content-MD5 with every body, and none of what they refuse', async () => {
    const store = await openStore(`s3://${bucket}/p?storage-class=STANDARD`, { env: env() });
    expect(await write(store)).toBe('md5');
    expect((await putObject(store, 'small', Buffer.from('x'))).readBack).toBe('md5');
    await store.remove('small');
    const bodies = only('PUT', /./);
    expect(bodies).toHaveLength(3);
    for (const { headers } of bodies) {
      expect(headers['content-md5']).toMatch(/^[A-Za-z0-9+/]{22}==$/);
      expect(headers['content-length']).toMatch(/^\d+$/);
      expect(headers.expect).toBeUndefined();
    }
    expect(headersSent()).not.toMatch(/checksum|trailer|content-encoding|transfer-encoding|if-none-match/);
    expect(only('POST', /uploads/)[0]?.headers['x-amz-storage-class']).toBe('STANDARD');
    expect(only('POST', /[?&]delete/)).toEqual([]);
  });

  it('AWS gets SHA-256 with every part; where it shows none afterwards, the object is read again', async () => {
    const location = parseS3Url(`//${bucket}/p`);
    const settings = { ...s3Settings(location, env()), aws: true };
    const store = new S3Store('s3://test', new S3Connection(location, settings, S3_TIMEOUTS, undefined), {});
    expect(await write(store)).toBe('read-again');
    const [start] = only('POST', /uploads/);
    expect(start?.headers['x-amz-checksum-algorithm']).toBe('SHA256');
    const parts = only('PUT', /partNumber/);
    expect(parts).toHaveLength(2);
    for (const { headers } of parts) {
      expect(headers['x-amz-checksum-sha256']).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      expect(headers['x-amz-checksum-crc32']).toBeUndefined();
      expect(headers['content-encoding']).toBeUndefined();
    }
    expect(only('HEAD', /big/)[0]?.headers['x-amz-checksum-mode']).toBe('ENABLED');
  });

  it('asks for encryption where the URL does, and says so when the service cannot', async () => {
    const store = await openStore(`s3://${bucket}/p?sse=aws:kms&kms-key-id=some-key`, {
      env: env(),
      retry: { attempts: 1 },
    });
    await expect(putObject(store, 'x', Buffer.from('x'))).rejects.toThrow(/Could not write s3:/);
    const [put] = only('PUT', /./);
    expect(put?.headers['x-amz-server-side-encryption']).toBe('aws:kms');
    expect(put?.headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe('some-key');
  });

  it('tries as often as AWS_MAX_ATTEMPTS says', async () => {
    proxy.rule = () => ({ kind: 'answer', status: 503 });
    const settings = { env: { ...env(), AWS_MAX_ATTEMPTS: '3' }, retry: { baseMs: 1 } };
    const store = await openStore(`s3://${bucket}/p`, settings);
    await expect(store.stat('x')).rejects.toThrow(/answered 503/);
    expect(proxy.seen).toHaveLength(3);
    proxy.rule = () => undefined;
  });
});
