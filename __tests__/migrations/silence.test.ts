import { describe, expect, it } from '@jest/globals';
import { silenceOf } from '../../src/migrations/silence.js';
import type { CommandEnd, Statement } from '../../src/migrations/types.js';

const OK: CommandEnd = { outcome: 'succeeded', exitCode: 0, seconds: 2, tail: [] };
const ASKED: Statement = { sql: 'SELECT 1', atMs: 0, ms: 1, session: 'a' };

describe('a command that never spoke to the database', () => {
  const observed = {
    statements: [],
    leftOut: 0,
    locks: [],
    openTransactions: [],
    notMeasured: [],
    blind: [],
    silent: false,
    hiding: [],
  };

  it.each<[string, Partial<Parameters<typeof silenceOf>[0]>, number]>([
    ['is told', {}, 1],
    ['is not told of one that failed', { command: { ...OK, outcome: 'failed', exitCode: 1 } }, 0],
    ['is not told where some text is not in the log', { observed: { ...observed, silent: true } }, 0],
    ['is not told where not all was seen', { blind: ['statements'] }, 0],
    ['is not told of one that asked', { observed: { ...observed, statements: [ASKED] } }, 0],
  ])('%s', (_what, more, sentences) => {
    expect(silenceOf({ command: OK, observed, blind: [], ...more })).toHaveLength(sentences);
  });
});
