import { describe, expect, it } from '@jest/globals';
import { code, escapeIssueText, markdownTable } from '../../src/github/markdown.js';
import { issueTexts, type IssueTexts } from '../../src/status/issue-text.js';
import { stateOf } from '../../src/status/issue.js';
import { unknownHealth } from '../../src/status/health.js';
import type { StatusResult } from '../../src/status/result.js';
import type { ProblemKind } from '../../src/status/types.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const RUN_URL = 'https://github.com/acme/shop/actions/runs/7';

/** A storage each, with one problem. */
const resultOf = (...problems: [storage: string, kind: ProblemKind, message: string][]): StatusResult => ({
  healths: problems.map(([storage, kind, message]) => unknownHealth(storage, 'shop', { kind, message }, NOW)),
  database: undefined,
  failures: [],
});
const textsOf = (result: StatusResult, runUrl: string | null = RUN_URL): IssueTexts =>
  issueTexts(
    { result, given: undefined, runUrl: runUrl ?? undefined },
    { escape: escapeIssueText, code, table: markdownTable },
  );

describe('the text of an issue', () => {
  it('has problems, facts, the run and what to do', () => {
    const { title, body, change, closing } = textsOf(
      resultOf(['s3://b', 'no-backup', 'There is no backup.']),
    );
    expect(title).toBe('Backups of shop are not healthy');
    expect(body).toMatch(/^- There is no backup\.\n\n\*\*shop in s3[^]*Newest backup \| none/);
    const looked = `\nChecked at 2026-11-20 12:00 UTC by [this run](${RUN_URL}).\n`;
    for (const text of [body, change, closing]) expect(text).toContain(looked);
    expect(body).toMatch(/then run the status workflow again\.[^]*closed once nothing is wrong any more/);
    expect(textsOf(resultOf(['s3://b', 'no-backup', 'None.']), null).body).toContain(
      '\nChecked at 2026-11-20 12:00 UTC.\n',
    );
  });

  it.each([
    ['a mention', '@octo/team', /@\w/],
    ['a number', 'fixes acme/shop#12, #3 and GH-4', /#\d|GH-\d/],
    ['an address', 'https://evil.example/x and www.evil.example', /:\/\/|www\./],
    ['a link', '[x](javascript:alert(1)) ![y](z)', /[[\]()]/],
    ['HTML', '<img src=x onerror=y> --> </details>', /[<>]/],
    ['a table and code', '| `a` | **b** |\n# c', /[|`*\n#]/],
  ])('makes %s harmless', (_, hostile, live) => {
    const { body, change } = textsOf(resultOf(['s3://b', 'failed-runs', hostile]));
    const item = /^- (.*)\n/.exec(body)?.[1] ?? '';
    expect(change).toContain(`- ${item}\n`);
    expect(item).not.toMatch(/[<>[\]()|`*@\n]/);
    // As it is shown: GitHub looks for names and numbers there.
    const shown = item.replaceAll(/&#(\d+);/g, (_entity, point) => String.fromCharCode(Number(point)));
    if (/^(a mention|a number|an address)$/.test(_)) expect(shown).not.toMatch(live);
    expect(shown.replaceAll('\u200b', '')).toBe(hostile.replaceAll('\n', '\\n'));
  });

  it('is never longer than GitHub takes, and ends with the run', () => {
    const many = Array.from(
      { length: 200 },
      (_, n) => [`s3://${n}`, 'failed-runs', '<'.repeat(5000)] as [string, ProblemKind, string],
    );
    const { body, change, closing } = textsOf(resultOf(...many));
    for (const text of [body, change, closing]) {
      expect(text.length).toBeLessThan(65_000);
      expect(text).toContain(`[this run](${RUN_URL})`);
    }
    expect(body).toContain("There is more in the run's log.");
    expect(body.split('\n').filter((line) => /^- .*&#?\d*$/.test(line))).toEqual([]);
  });
});

describe('the state of an issue', () => {
  const one = resultOf(['s3://a', 'too-old', '30 h']);
  it.each<[string, StatusResult, boolean]>([
    ['another age', resultOf(['s3://a', 'too-old', '31 h']), true],
    ['another kind', resultOf(['s3://a', 'no-backup', '30 h']), false],
    ['another storage', resultOf(['s3://b', 'too-old', '30 h']), false],
    ['one more', resultOf(['s3://a', 'too-old', '30 h'], ['s3://b', 'too-old', '30 h']), false],
  ])('after %s', (_, result, same) => {
    expect(stateOf(result) === stateOf(one)).toBe(same);
  });

  it('does not depend on the order', () => {
    const two = resultOf(['s3://a', 'too-old', ''], ['s3://b', 'too-old', '']);
    expect(stateOf({ ...two, healths: [...two.healths].reverse() })).toBe(stateOf(two));
  });
});
