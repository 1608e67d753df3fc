import { describe, expect, it } from '@jest/globals';
import { verifiedOf } from '../../src/verify/result.js';
import type { Finding, VerifyReport } from '../../src/verify/types.js';

const stored = (findings: Finding[]): string =>
  verifiedOf(
    {
      verdict: 'failed',
      findings,
      seconds: { fetch: 0, restore: 1, compare: 1, total: 2 },
      control: { outcome: 'not run', damage: null },
      server: { scratch: '15.18', source: '15.18', isolated: true },
    } as unknown as VerifyReport,
    { pgkeep: '0.0.0', totals: null },
  ).verdict;

const old: Finding = { kind: 'age', name: '', verdict: 'different', expected: 'at most 1 d', found: '2 d' };

describe('the verdict that is stored beside a backup', () => {
  it('is not that it is too old: it stays sound', () => {
    expect(stored([old])).toBe('passed');
  });

  it('is failed for any other difference', () => {
    expect(stored([old, { kind: 'table', name: 'public.t', verdict: 'different' }])).toBe('failed');
  });
});
