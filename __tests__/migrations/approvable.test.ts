import { describe, expect, it } from '@jest/globals';
import { withApproval } from '../../src/migrations/approvable.js';
import type { Fact } from '../../src/migrations/types.js';
import { sampleMigrations } from '../support/migration-report.js';

const loss: Fact = { kind: 'data-loss', fails: true, message: 'Rows are gone.' };

describe('withApproval', () => {
  it('says once which label accepts the losses', () => {
    const report = sampleMigrations({ facts: [{ ...loss, advice: 'Rename it.' }, loss] });
    expect(withApproval(report, 'loss-ok').facts.map(({ advice }) => advice)).toEqual([
      'Rename it. If the loss is meant, put the label "loss-ok" on the pull request and run this job again.',
      undefined,
    ]);
  });

  it.each([
    ['without a label', sampleMigrations({ facts: [loss] }), undefined],
    ['of a check that passed', sampleMigrations({ outcome: 'passed', facts: [] }), 'loss-ok'],
    ['of one that was approved', sampleMigrations({ outcome: 'approved', facts: [loss] }), 'loss-ok'],
    [
      'where something else fails too',
      sampleMigrations({ facts: [loss, { ...loss, kind: 'error' }] }),
      'loss-ok',
    ],
  ])('says nothing %s', (_, report, label) => {
    expect(withApproval(report, label)).toBe(report);
  });
});
