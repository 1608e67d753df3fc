import { randomBytes } from 'node:crypto';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { messageOf } from '../../src/base/errors.js';
import { silentReporter, type Reporter } from '../../src/base/reporter.js';
import { digestOfBytes } from '../../src/storage/digest.js';
import { putObject } from '../../src/storage/put.js';
import { readObject } from '../../src/storage/read-many.js';
import { openStore, type StoreContext } from '../../src/storage/registry.js';
import { StoreSink, type SinkOptions } from '../../src/storage/sink.js';
import type { Receipt, Store } from '../../src/storage/store.js';
import { SECRET_KEY } from '../servers/ceph.mjs';
import { errorBody, faulty, startFaultProxy, type FaultProxy, type Rule } from '../support/fault-proxy.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';

const PART = /partNumber=/;
const CREATE = /[?&]uploads/;
const COMPLETE = /uploadId=/;

/** Longer than a server ever takes on a busy machine; what is to time out has shorter ones. */
const PATIENT = { connectMs: 60_000, stallMs: 60_000, cleanupMs: 60_000, cancelledMs: 60_000 };
const IMPATIENT = { timeouts: { ...PATIENT, stallMs: 2000 } };

(s3IsHere('faults of S3') ? describe : describe.skip)('S3 when things go wrong', () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let bucket: string;
  let told: string[];
  const reporter: Reporter = {
    ...silentReporter,
    info: (message) => void told.push(message),
    warn: (message) => void told.push(`WARNING ${message}`),
  };
  const bytes = randomBytes(20_000_000);

  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    proxy = await startFaultProxy(server.ceph.port);
    bucket = await server.bucket();
    told = [];
  });
  afterEach(() => {
    proxy.stop();
    for (const message of told) expectNoSecret(message);
  });

  function expectNoSecret(message: string): void {
    expect(message).not.toContain(SECRET_KEY);
    expect(message).not.toMatch(/Signature=|Credential=|AWS4-HMAC/);
  }

  function open(rule: Rule, context: Partial<StoreContext> = {}): Promise<Store> {
    proxy.rule = rule;
    return openStore(`s3://${bucket}/p`, {
      env: { ...server.ceph.env, AWS_ENDPOINT_URL: proxy.endpoint },
      reporter,
      retry: { attempts: 4, baseMs: 5 },
      timeouts: PATIENT,
      ...context,
    });
  }

  async function write(store: Store, options: SinkOptions = {}): Promise<Receipt> {
    const sink = await StoreSink.open(store, 'big', options);
    try {
      for (let at = 0; at < bytes.length; at += 250_000) await sink.write(bytes.subarray(at, at + 250_000));
      return await sink.finish(digestOfBytes(bytes));
    } catch (error) {
      await sink.abort();
      throw error;
    }
  }

  async function failure(work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.then(
      () => 'it succeeded',
      (reason: unknown) => reason,
    );
    const message = messageOf(error);
    expectNoSecret(message);
    expectNoSecret(messageOf((error as Error).cause));
    return message;
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await server.keys(bucket)).toEqual([]);
    expect(await server.unfinished(bucket)).toEqual([]);
  }

  async function expectStored(receipt: Receipt): Promise<void> {
    expect(receipt).toEqual({ bytes: bytes.length, readBack: 'md5' });
    const direct = await openStore(`s3://${bucket}/p`, { env: server.ceph.env });
    expect(Buffer.from(await readObject(direct, 'big')).equals(bytes)).toBe(true);
    expect(await server.unfinished(bucket)).toEqual([]);
  }

  const busy = (status: number, code: string) => ({ kind: 'answer' as const, status, body: errorBody(code) });

  describe('what passes by itself is survived', () => {
    it.each<[string, Rule, number, Partial<StoreContext>?]>([
      ['a part answered 500 twice', faulty('PUT', PART, busy(500, 'InternalError'), 2), 2],
      ['a part answered 503 SlowDown', faulty('PUT', PART, busy(503, 'SlowDown'), 1), 1],
      ['429 from something in between', faulty('PUT', PART, { kind: 'answer', status: 429 }, 1), 1],
      [
        'a gateway page of a proxy',
        faulty('PUT', PART, { kind: 'answer', status: 502, body: '<html>' }, 1),
        1,
      ],
      ['a part cut in the middle', faulty('PUT', PART, { kind: 'cut-request', after: 3_000_000 }, 2), 2],
      ['a part that hangs', faulty('PUT', PART, { kind: 'hang' }, 1), 1, IMPATIENT],
      ['a part whose answer is lost', faulty('PUT', PART, { kind: 'lose-answer' }, 1), 1],
      ['a start whose answer is lost', faulty('POST', CREATE, { kind: 'lose-answer' }, 1), 3],
      ['an end answered 500', faulty('POST', COMPLETE, busy(500, 'InternalError'), 1), 1],
      ['an end whose 200 holds an error', faulty('POST', COMPLETE, busy(200, 'InternalError'), 1), 1],
      ['an end whose answer is lost', faulty('POST', COMPLETE, { kind: 'lose-answer' }, 1), 1],
      ['a read-back answered 500', faulty('HEAD', /big/, { kind: 'answer', status: 500 }, 1), 1],
    ])('%s', async (_what, rule, retries, context = {}) => {
      await expectStored(await write(await open(rule, context)));
      expect(told.filter((message) => message.includes('Trying again'))).toHaveLength(retries);
    });

    it('a part cut in the middle is not counted twice', async () => {
      const rule = faulty('PUT', PART, { kind: 'cut-request', after: 1 }, 1);
      await write(await open(rule));
      expect(told).toEqual([
        expect.stringMatching(/^Writing part \d of big: .*was cut.*Trying again in .* \(2 of 4\)\.$/),
      ]);
    });

    it('a listing that breaks off is whole and has nothing twice', async () => {
      const store = await open(faulty('GET', /continuation-token/, busy(503, 'ServiceUnavailable'), 2));
      const keys = Array.from({ length: 1005 }, (_, index) => `p/${String(index).padStart(4, '0')}`);
      const put = (Key: string) =>
        server.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
      for (let at = 0; at < keys.length; at += 20) await Promise.all(keys.slice(at, at + 20).map(put));
      const found: string[] = [];
      for await (const { key } of store.list('')) found.push(`p/${key}`);
      expect(found.sort()).toEqual(keys);
      expect(told).toHaveLength(2);
    });

    it('a download goes on where it was cut', async () => {
      await write(await open(() => undefined));
      const store = await open(faulty('GET', /big/, { kind: 'cut-answer', after: 5_000_001 }, 3));
      proxy.seen.length = 0;
      expect(Buffer.from(await readObject(store, 'big')).equals(bytes)).toBe(true);
      const ranges = proxy.seen.filter(({ method }) => method === 'GET').map(({ headers }) => headers.range);
      expect(ranges).toHaveLength(4);
      expect(ranges[0]).toBeUndefined();
      expect(ranges[1]).toMatch(/^bytes=\d{5,}-$/);
    });
  });

  describe('what does not pass ends in a clear error and leaves nothing', () => {
    it.each<[string, Rule, RegExp, Partial<StoreContext>?]>([
      [
        '503 for ever',
        faulty('PUT', PART, busy(503, 'SlowDown')),
        /Could not write s3:\/\/test-.*\/p\/big\. .* answered 503/,
      ],
      ['a server that hangs', faulty('PUT', PART, { kind: 'hang' }), /did not answer in time/, IMPATIENT],
      ['a connection always cut', faulty('PUT', PART, { kind: 'cut-request', after: 1000 }), /was cut/],
      [
        'access denied',
        faulty('PUT', PART, busy(403, 'AccessDenied')),
        /need s3:PutObject on the bucket test-/,
      ],
      ['denied to start', faulty('POST', CREATE, busy(403, 'AccessDenied')), /need s3:PutObject/],
      ['an expired token', faulty('PUT', PART, busy(400, 'ExpiredToken')), /expired.*role-duration-seconds/],
      [
        'an end that fails for ever',
        faulty('POST', COMPLETE, busy(500, 'InternalError')),
        /answered 500 InternalError/,
      ],
      [
        'an end whose 200 is an error for ever',
        faulty('POST', COMPLETE, busy(200, 'InternalError')),
        /InternalError/,
      ],
      [
        'an upload that someone removed',
        faulty('POST', COMPLETE, busy(404, 'NoSuchUpload')),
        /no longer knows the upload/,
      ],
      ['a full store', faulty('PUT', PART, busy(507, 'XMinioStorageFull')), /full/],
      [
        'not implemented',
        faulty('POST', CREATE, busy(501, 'NotImplemented')),
        /does not know this operation/,
      ],
      [
        'a read-back that is refused',
        faulty('HEAD', /big/, { kind: 'answer', status: 403 }, 1),
        /need s3:GetObject/,
      ],
    ])('%s', async (_what, rule, message, context = {}) => {
      expect(await failure(write(await open(rule, context)))).toMatch(message);
      await expectNothingLeft();
    });

    it('an end whose answers are all lost: the object that appeared is removed', async () => {
      const lost = faulty('POST', COMPLETE, { kind: 'lose-answer' });
      const blind = faulty('HEAD', /big/, { kind: 'answer', status: 500 }, 2);
      expect(await failure(write(await open((seen) => lost(seen) ?? blind(seen))))).toMatch(/cut|500/);
      await expectNothingLeft();
    });

    it('a small object whose answers are all lost is removed', async () => {
      const store = await open(faulty('PUT', /manifest/, { kind: 'lose-answer' }));
      expect(await failure(putObject(store, 'manifest.json', Buffer.from('{}')))).toMatch(/was cut/);
      await expectNothingLeft();
    });

    it('a small object that was there before stays when its replacement never arrives', async () => {
      const store = await open(() => undefined);
      await putObject(store, 'verified.json', Buffer.from('old'));
      proxy.rule = faulty('PUT', /verified/, busy(500, 'InternalError'));
      await failure(putObject(store, 'verified.json', Buffer.from('new')));
      expect(Buffer.from(await readObject(store, 'verified.json')).toString()).toBe('old');
    });

    it('a server that dies in the middle of a multipart upload: warns of what may be left', async () => {
      let parts = 0;
      const store = await open((seen) =>
        PART.test(seen.path) && ++parts === 2 ? { kind: 'die' } : undefined,
      );
      expect(await failure(write(store))).toMatch(/cannot be reached|was cut/);
      expect(told.filter((message) => message.startsWith('WARNING'))).toEqual([
        expect.stringMatching(/What was sent of s3:.*lifecycle rule/),
      ]);
      expect(await server.keys(bucket)).toEqual([]);
    });

    it('an object that is not what was sent is removed', async () => {
      const tamper = async (): Promise<void> => {
        const target = { Bucket: bucket, Key: 'p/big' };
        const { Metadata } = await server.client.send(new HeadObjectCommand(target));
        const other = Buffer.from(bytes);
        other[17_000_000] = (other[17_000_000] ?? 0) ^ 1;
        await server.client.send(
          new PutObjectCommand({ ...target, Body: other, ...(Metadata && { Metadata }) }),
        );
      };
      const store = await open(faulty('HEAD', /big/, { kind: 'first', work: tamper }, 1));
      expect(await failure(write(store))).toMatch(
        /is not what was sent: 20000000 bytes with SHA-256 .* It was removed/,
      );
      await expectNothingLeft();
    });

    it('an object that is shorter than what was sent is removed', async () => {
      const tamper = async (): Promise<void> => {
        const target = { Bucket: bucket, Key: 'p/big' };
        const { Metadata } = await server.client.send(new HeadObjectCommand(target));
        await server.client.send(
          new PutObjectCommand({ ...target, Body: 'x', ...(Metadata && { Metadata }) }),
        );
      };
      const store = await open(faulty('HEAD', /big/, { kind: 'first', work: tamper }, 1));
      expect(await failure(write(store))).toMatch(/the store has 1 bytes/);
      await expectNothingLeft();
    });

    it('a stall longer than allowed, whatever single requests may take', async () => {
      const store = await open(faulty('PUT', PART, { kind: 'hang' }));
      expect(await failure(write(store, { stallMs: 300 }))).toMatch(/took nothing for 0\.3 s/);
      await expectNothingLeft();
    });

    it('a cancelled run stops at once and still cleans up', async () => {
      const stop = new AbortController();
      const hang = faulty('PUT', PART, { kind: 'hang' });
      const rule: Rule = (seen) => {
        const fault = hang(seen);
        if (fault !== undefined) setImmediate(() => stop.abort());
        return fault;
      };
      const store = await open(rule, { signal: stop.signal });
      expect(await failure(write(store, { signal: stop.signal }))).toMatch(/Cancelled/);
      await expectNothingLeft();
    });
  });

  describe('wrong settings are named', () => {
    const env = () => ({ ...server.ceph.env });
    const attempt = async (url: string, settings: NodeJS.ProcessEnv): Promise<string> => {
      const store = await openStore(url, { env: settings, retry: { attempts: 2, baseMs: 1 } });
      return failure(putObject(store, 'probe', Buffer.from('x')));
    };

    it('a wrong secret key', async () => {
      const message = await attempt(`s3://${bucket}`, { ...env(), AWS_SECRET_ACCESS_KEY: 'wrong-secret' });
      expect(message).toMatch(/secret key does not belong.*AWS_SECRET_ACCESS_KEY/);
      expect(message).not.toContain('wrong-secret');
    });
    it('an unknown key id', async () => {
      const message = await attempt(`s3://${bucket}`, { ...env(), AWS_ACCESS_KEY_ID: 'NOBODYKNOWSTHIS' });
      expect(message).toMatch(/access key id is not known at http.*AWS_ACCESS_KEY_ID/);
      expect(message).not.toContain('NOBODYKNOWSTHIS');
    });
    it('a missing bucket, when writing and when listing', async () => {
      expect(await attempt('s3://no-such-bucket', env())).toMatch(
        /bucket no-such-bucket does not exist at http/,
      );
      const store = await openStore('s3://no-such-bucket', { env: env() });
      expect(await failure(store.folders(''))).toMatch(/bucket no-such-bucket does not exist/);
    });
    it('a clock that is wrong', async () => {
      const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
      try {
        expect(await attempt(`s3://${bucket}`, env())).toMatch(/clock is more than 15 minutes off/);
      } finally {
        now.mockRestore();
      }
    });
    it('a host that does not exist', async () => {
      const settings = { ...env(), AWS_ENDPOINT_URL: 'http://s3.no-such-host.invalid' };
      expect(await attempt(`s3://${bucket}`, settings)).toMatch(/does not exist in DNS|cannot be reached/);
    });
    it('a port where nobody listens', async () => {
      expect(await attempt(`s3://${bucket}?endpoint=http://127.0.0.1:9`, env())).toMatch(
        /http:\/\/127.0.0.1:9 cannot be reached \(ECONNREFUSED\)/,
      );
    });
    it('TLS where there is none', async () => {
      const endpoint = server.ceph.endpoint.replace('http:', 'https:');
      expect(await attempt(`s3://${bucket}?endpoint=${endpoint}`, env())).toMatch(
        /No trusted TLS connection/,
      );
    });
    it('a web server that is no S3', async () => {
      proxy.rule = () => ({ kind: 'answer', status: 200, body: '<html><body>Welcome</body></html>' });
      expect(await attempt(`s3://${bucket}?endpoint=${proxy.endpoint}`, env())).toMatch(
        /is no S3 service: check endpoint=/,
      );
    });
    it('no credentials at all', async () => {
      const settings = { ...env(), AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
      expect(await attempt(`s3://${bucket}?profile=pgkeep-no-such-profile`, settings)).toMatch(
        /No credentials were found|profile/,
      );
    });
  });
});
