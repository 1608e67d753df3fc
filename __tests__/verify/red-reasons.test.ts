import { describe, expect, it } from '@jest/globals';
import { publicReason } from '../../src/backup/log.js';
import { redReasons } from '../../src/verify/result.js';
import type { Finding } from '../../src/verify/types.js';
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

  const age: Finding = {
    kind: 'age',
    name: '',
    verdict: 'different',
    expected: 'at most 26 h 0 min',
    found: '50 h 26 min',
    why: 'no newer backup was found',
  };
  const newer: Finding = {
    kind: 'newer backup',
    name: '20261121T021703Z-k3fd',
    verdict: 'different',
    why: 'shop/20261121T021703Z-k3fd in s3://b cannot be chosen. It is not JSON.',
  };

  it('tells of a backup that is too old, or not the newest, without blaming it', () => {
    const { findings } = sampleReport('passed');
    const report = sampleReport('failed', { findings: [...findings, age, newer], label: 'daily' });
    const reasons = redReasons({ report, stored: 's3://b/verified.json' });
    expect(reasons.map(({ message }) => message)).toEqual([
      'Backup shop/20261120T021703Z-k3fd, label daily, is too old: 50 h 26 min instead of at most 26 h 0 min; no newer backup was found.',
      'A newer backup cannot be read, so that 20261120T021703Z-k3fd is the newest that can be restored. shop/20261121T021703Z-k3fd in s3://b cannot be chosen. It is not JSON.',
    ]);
    expect(publicReason(reasons[1], nobody)).toBe(
      'A newer backup cannot be read, so that 20261120T021703Z-k3fd is the newest that can be restored: shop/20261121T021703Z-k3fd.',
    );
  });

  it('tells that with what else is wrong', () => {
    const { findings } = sampleReport('failed');
    const report = sampleReport('failed', { findings: [newer, ...findings] });
    const reasons = redReasons({ report, stored: undefined });
    expect(reasons.map(({ message }) => message.split(' ').slice(0, 5).join(' '))).toEqual([
      'Backup shop/20261120T021703Z-k3fd did not pass',
      'A newer backup cannot be',
      'The verdict on shop/20261120T021703Z-k3fd could',
    ]);
    expect(reasons[0]?.message).toContain('instead of 12,480 rows, and 1 more difference.');
  });
});
