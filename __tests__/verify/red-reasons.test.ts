import { describe, expect, it } from '@jest/globals';
import { publicReason } from '../../src/backup/log.js';
import { redReasons } from '../../src/verify/result.js';
import { sampleReport } from '../support/report.js';

const nobody = { target: { host: undefined, user: undefined }, secrets: [] };

describe('redReasons', () => {
  it('is nothing for a backup that passed and whose verdict is stored', () => {
    expect(redReasons({ report: sampleReport('passed'), stored: 's3://b/verified.json' })).toEqual([]);
  });

  it('names the first difference, and without its name where everybody can read it', () => {
    const [reason] = redReasons({ report: sampleReport('failed'), stored: 's3://b/verified.json' });
    expect(reason?.message).toBe(
      'Backup shop/20261120T021703Z-k3fd did not pass verification: table public.orders: 12,479 rows instead of 12,480 rows, and 1 more difference. Do not rely on it; the report names every difference.',
    );
    expect(publicReason(reason, nobody)).toBe(
      'Backup shop/20261120T021703Z-k3fd did not pass verification: table, and 1 more difference. Do not rely on it; the report names every difference.',
    );
  });

  it('is red where the verdict could not be stored', () => {
    const [reason, ...more] = redReasons({ report: sampleReport('passed'), stored: undefined });
    expect(reason?.message).toContain('could not be stored in s3://my-backups/prod');
    expect(more).toEqual([]);
  });

  it('is red where a newer backup is damaged, whatever became of this one', () => {
    const passedOver = ['shop/20261121T021703Z-k3fd in s3://b cannot be chosen. It is not JSON.'];
    const reasons = redReasons({
      report: sampleReport('passed'),
      stored: 's3://b/verified.json',
      passedOver,
    });
    expect(reasons.map(({ message }) => message)).toEqual([`A newer backup is damaged: ${passedOver[0]}`]);
  });
});
