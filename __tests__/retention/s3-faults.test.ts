import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readInventory } from '../../src/backup/inventory.js';
import { silentReporter, type Reporter } from '../../src/base/reporter.js';
import { applyPlan } from '../../src/retention/apply.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { errorBody, faulty, startFaultProxy, type FaultProxy } from '../support/fault-proxy.js';
import { idsOf, keysOf } from '../support/family.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';
import { fill, IDS, planned } from './prune-contract.js';

(s3IsHere('pruning S3 when things go wrong') ? describe : describe.skip)(
  'pruning S3 when things go wrong',
  () => {
    let server: S3Server;
    let proxy: FaultProxy;
    let bucket: string;
    let told: string[];
    const reporter: Reporter = { ...silentReporter, info: (message) => void told.push(message) };
    const [FIRST = '', SECOND = '', THIRD = '', FOURTH = '', FIFTH = '', LAST = ''] = IDS;

    beforeAll(async () => {
      server = await startS3();
      proxy = await startFaultProxy(server.ceph.port);
    });
    afterAll(() => {
      proxy.stop();
      server.stop();
    });
    beforeEach(async () => {
      proxy.rule = () => undefined;
      proxy.seen.length = 0;
      told = [];
      bucket = await server.bucket();
    });

    function open(): Promise<Store> {
      return openStore(`s3://${bucket}/p`, {
        env: { ...server.ceph.env, AWS_ENDPOINT_URL: proxy.endpoint },
        reporter,
        retry: { attempts: 4, baseMs: 5 },
      });
    }

    const deletes = (): string[] =>
      proxy.seen.filter(({ method }) => method === 'DELETE').map(({ path }) => path);

    it('prunes nothing where a page of the listing fails, and counts nothing twice where it fails in passing', async () => {
      const store = await open();
      await fill(store);
      // Their keys sort after those of the backups: the third page holds none of these.
      const log = Array.from(
        { length: 2100 },
        (_, index) => `p/shop/_log/${String(index).padStart(5, '0')}.json`,
      );
      await Promise.all(
        Array.from({ length: 24 }, async () => {
          for (let Key = log.pop(); Key !== undefined; Key = log.pop())
            await server.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '{}' }));
        }),
      );
      let pages = 0;
      const third = { kind: 'answer' as const, status: 500, body: errorBody('InternalError') };
      const onThird = (times: number) => (seen: { method: string; path: string }) => {
        if (!/list-type=2/.test(seen.path)) return undefined;
        if (!/continuation-token/.test(seen.path)) pages = 0;
        pages += 1;
        return pages === 3 && times-- > 0 ? third : undefined;
      };
      proxy.rule = onThird(Infinity);
      await expect(readInventory(store, 'shop')).rejects.toThrow(/list .*answered 500 InternalError/);

      proxy.rule = onThird(1);
      const inventory = await readInventory(store, 'shop');
      expect(inventory.log).toHaveLength(2100);
      expect(idsOf(inventory)).toEqual(IDS);
      proxy.rule = () => undefined;
      expect(await readInventory(await open(), 'shop')).toEqual(inventory);
      expect(deletes()).toEqual([]);
    });

    it('goes on where one delete is refused, and says which and why', async () => {
      const store = await open();
      await fill(store);
      const options = await planned(store, { last: 1 });
      proxy.rule = faulty('DELETE', new RegExp(`${THIRD}/manifest`), {
        kind: 'answer',
        status: 403,
        body: errorBody('AccessDenied'),
      });
      const { removed, failed } = await applyPlan(options);
      expect([...removed].sort()).toEqual([FIRST, FOURTH, FIFTH]);
      expect(failed).toEqual([{ id: THIRD, reason: expect.stringContaining('need s3:DeleteObject') }]);
      expect(options.reporter.warnings).toEqual([
        expect.stringContaining(`shop/${THIRD} could not be removed`),
      ]);
      // Its manifest is still there, so all of it must be.
      expect(idsOf(await readInventory(store, 'shop'))).toEqual([SECOND, THIRD, LAST]);
      expect(await keysOf(store, `shop/${THIRD}/`)).toHaveLength(3);

      proxy.rule = () => undefined;
      await applyPlan(await planned(store, { last: 1 }));
      expect(idsOf(await readInventory(store, 'shop'))).toEqual([SECOND, LAST]);
    });

    it('leaves an orphan where a part cannot be removed, which the next prune removes', async () => {
      const store = await open();
      await fill(store);
      proxy.rule = faulty('DELETE', new RegExp(`${THIRD}/database`), {
        kind: 'answer',
        status: 403,
        body: errorBody('AccessDenied'),
      });
      const { failed } = await applyPlan(await planned(store, { last: 1 }));
      expect(failed.map(({ id }) => id)).toEqual([THIRD]);
      const left = await readInventory(store, 'shop');
      expect(idsOf(left)).toEqual([SECOND, LAST]);
      expect(left.orphans.map(({ id }) => id)).toEqual([THIRD]);
      proxy.rule = () => undefined;
      expect((await applyPlan(await planned(store, { last: 1 }))).removed).toEqual([THIRD]);
      expect(await keysOf(store, `shop/${THIRD}/`)).toEqual([]);
    });

    it('waits where the service asks for fewer requests', async () => {
      const store = await open();
      await fill(store);
      const busy = { kind: 'answer' as const, status: 503, body: errorBody('SlowDown') };
      proxy.rule = faulty('DELETE', /./, busy, 6);
      const { failed } = await applyPlan(await planned(store, { last: 1 }));
      expect(failed).toEqual([]);
      expect(told.filter((message) => message.includes('Trying again'))).toHaveLength(6);
      expect(await keysOf(store)).toHaveLength(7);
    });

    it.each([
      ['AWS', 403, 'AccessDenied', 'Access Denied because object protected by object lock.'],
      ['MinIO', 400, 'InvalidRequest', 'Object is WORM protected and cannot be overwritten'],
    ])('says that an object is locked, as %s puts it', async (_who, status, code, words) => {
      const store = await open();
      await fill(store);
      const body = errorBody(code).replace('Injected.', words);
      proxy.rule = faulty('DELETE', /./, { kind: 'answer', status, body });
      const { removed, failed } = await applyPlan(await planned(store, { last: 1 }));
      expect(removed).toEqual([]);
      expect(failed).toHaveLength(4);
      for (const { reason } of failed)
        expect(reason).toMatch(/^Could not remove s3:.* It is locked against removal \(Object Lock/);
      expect(idsOf(await readInventory(store, 'shop'))).toEqual(IDS);
    });

    it('hides backups in a bucket with Object Lock, which keeps them until the lock ends', async () => {
      bucket = `locked-${randomBytes(6).toString('hex')}`;
      await server.client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
      await server.client.send(
        new PutObjectLockConfigurationCommand({
          Bucket: bucket,
          ObjectLockConfiguration: {
            ObjectLockEnabled: 'Enabled',
            Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } },
          },
        }),
      );
      const store = await open();
      await fill(store);
      const { removed, failed } = await applyPlan(await planned(store, { last: 1 }));
      expect([[...removed].sort(), failed]).toEqual([[FIRST, THIRD, FOURTH, FIFTH], []]);
      expect(idsOf(await readInventory(store, 'shop'))).toEqual([SECOND, LAST]);
      const { Versions = [] } = await server.client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
      expect(Versions.filter(({ Key }) => Key?.includes(FIRST))).toHaveLength(3);
    });
  },
);
