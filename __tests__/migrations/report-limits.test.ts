import { describe, expect, it } from '@jest/globals';
import { escapeIssueText } from '../../src/github/markdown.js';
import { summaryMarkup } from '../../src/github/summary.js';
import {
  migrationComment,
  migrationPage,
  migrationSummary,
  migrationText,
} from '../../src/migrations/report/index.js';
import { fence, fitted } from '../../src/migrations/report/markdown.js';
import type { MigrationReport } from '../../src/migrations/types.js';
import { sampleMigrations } from '../support/migration-report.js';

const EVIL =
  '<script>x</script><img src=x> | `@all` #1 GH-2 **b** [a](http://e.x)\n```\n</details>\n## x\r\u001b[2J';

/** Everything that has a name or a text has this one, and there is `count` of everything. */
function reportOf(text: string, count: number): MigrationReport {
  const table = { schema: text, name: text };
  const all = <T>(each: T): T[] => Array.from({ length: count }, () => each);
  return sampleMigrations({
    approvedBy: { label: text.slice(0, 50), by: text.slice(0, 39) },
    name: text.slice(0, 64),
    command: { outcome: 'failed', exitCode: 1, seconds: 1, tail: all(text) },
    statements: all({
      sql: text,
      atMs: 1,
      ms: 2,
      session: '1',
      error: { sqlstate: '42601', message: text },
      file: { path: text, line: 1 },
    }),
    locks: all({
      table,
      mode: 'ACCESS EXCLUSIVE',
      ms: 1,
      longestMs: 1,
      blocks: 'writes',
      statement: 0,
    }),
    effects: {
      rows: all({ table, before: 2, after: 1 }),
      dropped: all({ table, rows: 1, bytes: 1 }),
      lost: all({ table, column: text, how: 'retyped', values: 1, types: { before: text, after: text } }),
      rewritten: all({ table, bytes: 1 }),
      invalidIndexes: [],
      notValid: [],
    },
    schema: all({ change: 'changed', kind: 'TABLE', name: text, diff: [' a', `-${text}`, `+${text}`] }),
    facts: all({ kind: 'lock', fails: true, message: text, advice: text, statement: 0 }),
    notMeasured: all(text),
  });
}

const markup = { ...summaryMarkup, escape: escapeIssueText };
const commentOf = (report: MigrationReport): string =>
  migrationComment(report, markup, {
    namesToo: true,
    marker: '<!-- m -->',
    runUrl: 'https://github.com/o/s/actions/runs/7',
  });
const summaryOf = (report: MigrationReport): string =>
  migrationSummary(report, summaryMarkup, { namesToo: true });

/** The lines that are not in a fenced block, which must end where it should. */
function outsideFences(markdown: string): string[] {
  const outside: string[] = [];
  let open = '';
  for (const line of markdown.split('\n')) {
    const [, marks = ''] = /^ {0,3}(`{3,})/.exec(line) ?? [];
    if (open === '' && marks !== '') open = marks;
    else if (open === '') outside.push(line);
    else if (marks.length >= open.length && line.trim() === marks) open = '';
  }
  expect(open).toBe('');
  return outside;
}

function expectWhole(markdown: string): void {
  const lines = outsideFences(markdown);
  const count = (line: string): number => lines.filter((each) => each === line).length;
  expect(count('<details>')).toBe(count('</details>'));
  let head: string | undefined;
  for (const line of lines) {
    if (!line.startsWith('|')) head = undefined;
    else head ??= line;
    if (head !== undefined) expect(line.split('|').length).toBe(head.split('|').length);
  }
}

describe('text from elsewhere', () => {
  it.each([
    ['comment', commentOf(reportOf(EVIL, 2))],
    ['summary', summaryOf(reportOf(EVIL, 2))],
  ])('is no markup in the %s', (_, markdown) => {
    expectWhole(markdown);
    // Code can be no mention and no link; entities are what readers, and GitHub's search for mentions, see resolved.
    const prose = outsideFences(markdown)
      .join('\n')
      .replaceAll(/<code>[^<]*<\/code>/g, '')
      .replaceAll(/\]\(https:\/\/github\.com\S*\)/g, '');
    expect(prose).not.toMatch(/<(?!\/?(details|summary|b|br|!-- m --)>)|<!-- (?!m -->)/);
    expect(prose).not.toMatch(/^## x|\*\*b|\[a\]/m);
    expect(markdown).not.toContain('\u001b');
  });

  it('reaches nobody from a comment', () => {
    const prose = outsideFences(commentOf(reportOf(EVIL, 2)))
      .join('\n')
      .replaceAll(/<code>[^<]*<\/code>/g, '')
      .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    expect(prose).toContain('@\u200ball');
    expect(prose).not.toMatch(/@\w|#\d|GH-\d|http:\/\/e/);
  });

  it('cannot act on a terminal', () => {
    const text = migrationText(reportOf(EVIL, 2), { paint: (each) => each, width: 100 });
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^(## x|```|<\/details>)/m);
  });

  it('is no markup in the page', () => {
    const page = migrationPage(reportOf(EVIL, 2));
    expect(page).not.toMatch(/<script|<img/);
    expect(page.match(/<details>/g)?.length ?? 0).toBe(page.match(/<\/details>/g)?.length ?? 0);
  });
});

describe('a large report', () => {
  const long = `${'t_'.repeat(30)}s`;
  it.each([
    ['of plain names', long],
    ['of wide names', '表'.repeat(40)],
    ['of nothing but what must be escaped', '@'.repeat(600)],
    ['of nothing but control characters', '\u202e'.repeat(600)],
    ['of backticks', '`'.repeat(600)],
    ['of long lines', 'a b '.repeat(500)],
  ])('%s fits', (_, name) => {
    const report = reportOf(name, 2000);
    const comment = commentOf(report);
    expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(65_536);
    expectWhole(comment);
    expect(comment).toMatch(/actions\/runs\/7\)\n$/);
    const summary = summaryOf(report);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1_000_000);
    expectWhole(summary);
  });

  it('says how much is not shown', () => {
    const comment = commentOf(reportOf('t', 2000));
    expect(comment).toContain("... and 1,975 more; the run's summary has more.\n");
    expect(summaryOf(reportOf('t', 2000))).toContain('... and 1,800 more; the output `report` has more.\n');
    expect(commentOf(reportOf('t'.repeat(63), 2000))).toMatch(
      /\n\.\.\. and [\d,]+ more lines; the run's summary/,
    );
    const text = migrationText(reportOf('t', 2000), { paint: (each) => each, width: undefined });
    expect(text).toContain('... and 1,500 more; the JSON report has them all.\n');
    const page = migrationPage(reportOf('t', 2000));
    expect(page).toContain('... and 1,500 more; the JSON report has them all.');
  });

  it('is a page that a browser can take', () => {
    expect(migrationPage(reportOf('t_'.repeat(31), 2000)).length).toBeLessThan(3_000_000);
  });
});

describe('fence', () => {
  it.each([
    [['a'], '```'],
    [['a ``` b'], '````'],
    [['`', '~~~', '`````'], '``````'],
  ])('of %j', (lines, marks) => {
    expect(fence(lines, 'text')).toBe(`${marks}text\n${lines.join('\n')}\n${marks}\n`);
  });
});

describe('fitted', () => {
  const fold = (title: string, length: number): { title: string; detail: string; body: string } => ({
    title,
    detail: '',
    body: `${'x'.repeat(length)}\n`,
  });
  const folds = [fold('One', 200), fold('Two', 900), fold('Three', 200)];
  const parts = { head: 'head\n', folds, foot: 'foot\n' };
  it.each([
    [2000, ['One', 'Two', 'Three'], ''],
    [1000, ['One', 'Three'], '\n_No room here for: two. Look there._\n'],
    [20, [], '\n_No room here for: one, two, three. Look there._\n'],
  ])('in %d bytes', (bytes, shown, note) => {
    const text = fitted(parts, { bytes, elsewhere: 'Look there.' });
    expect([...text.matchAll(/<b>(.*?)<\/b>/g)].map(([, title]) => title)).toEqual(shown);
    expect(text.endsWith(`${note}foot\n`)).toBe(true);
    expect(text).toContain('head\n');
  });
});
