import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { until } from '../support/children.js';
import { startStandby, type Standby } from '../support/standby.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: backups of a standby: ${rigMissing}\n`);

(rigMissing === undefined ? describe : describe.skip).each([15, 18])(
  'a standby of PostgreSQL %i',
  (major) => {
    let rig: Rig;
    let standby: Standby;
    beforeAll(async () => {
      rig = await Rig.start(major);
      await rig.shop('shop');
      standby = await startStandby(rig.server, await rig.psql());
    });
    afterAll(async () => {
      await standby.stop();
      await rig.stop();
    });

    it('is backed up like its primary, but for unlogged tables, of which it says so', async () => {
      const primary = await rig.publish('shop', { fingerprint: 'content' });
      const run = await until('the standby is ready', async () => {
        const tried = await rig
          .publish('shop', { fingerprint: 'content', 'database-url': standby.url('shop') })
          .catch((error: unknown) => {
            if (/starting up|not accept|recovery/.test(String(error))) return undefined;
            throw error;
          });
        return tried;
      });
      const logged = primary.fingerprint.tables.filter(({ name }) => name !== 'cache');
      expect(run.fingerprint.tables).toEqual(logged);
      expect(run.fingerprint.objects).toEqual(primary.fingerprint.objects);
      expect(run.fingerprint.schema).toBe(primary.fingerprint.schema);
      expect(run.fingerprint.notMeasured).toEqual([
        { what: 'table app.cache', why: 'unlogged tables have no rows on a standby' },
      ]);
      expect(run.manifest.source.databaseId).toBe(primary.manifest.source.databaseId);
    });
  },
);
