import { describe, expect, it } from '@jest/globals';
import { gate } from '../../src/migrations/judge/index.js';
import type { Fact } from '../../src/migrations/types.js';

describe('the verdict', () => {
  const fact = (kind: Fact['kind'], fails: boolean): Fact => ({ kind, fails, message: '' });
  const label = { label: 'data-loss-ok', by: 'ann' };
  it.each([
    [[], undefined, { outcome: 'passed' }],
    [[fact('lock', false)], undefined, { outcome: 'passed' }],
    [[fact('data-loss', true)], undefined, { outcome: 'failed' }],
    [[fact('data-loss', true)], label, { outcome: 'approved', approvedBy: label }],
    [[fact('data-loss', true), fact('error', true)], label, { outcome: 'failed' }],
    [[fact('data-loss', true), fact('lock', false)], label, { outcome: 'approved', approvedBy: label }],
    [[], label, { outcome: 'passed' }],
  ])('of %j with %j is %j', (found, approval, expected) => {
    expect(gate(found, approval)).toEqual(expected);
  });
});
