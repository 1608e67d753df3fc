import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as core from '@actions/core';
import { silentReporter } from '../../src/base/reporter.js';
import { code, escapeMarkdown, markdownTable } from '../../src/github/markdown.js';
import { appendSummary, SUMMARY_BYTES } from '../../src/github/summary.js';

describe('escapeMarkdown', () => {
  it.each([
    ['shop', 'shop'],
    ['my shop-2.0, ok', 'my shop-2.0, ok'],
    ['a|b', 'a&#124;b'],
    ['`a`', '&#96;a&#96;'],
    ['<img src=x>', '&#60;img src&#61;x&#62;'],
    ['a&lt;b', 'a&#38;lt&#59;b'],
    ['[x](https://example.com)', '&#91;x&#93;&#40;https&#58;//example.com&#41;'],
    ['@team #1', '&#64;team &#35;1'],
    ['*_~', '&#42;&#95;&#126;'],
    ['a\nb\u001b', 'a&#92;nb&#92;x1b'],
    ['日本 é', '日本 é'],
  ])('%j -> %j', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });
});

it('makes tables', () => {
  expect(markdownTable(['Database', 'Rows'], [[code('a|b'), '12']])).toBe(
    '| Database | Rows |\n| --- | --- |\n| <code>a&#124;b</code> | 12 |\n',
  );
});

describe('appendSummary', () => {
  let folder: string;
  let file: string;
  const warnings: string[] = [];
  const reporter = { ...silentReporter, warn: (message: string) => warnings.push(message) };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pgkeep-summary-'));
    file = join(folder, 'summary.md');
    await writeFile(file, '');
    process.env['GITHUB_STEP_SUMMARY'] = file;
    // @actions/core remembers the first file that it wrote to, as if there could be only one in a process.
    Reflect.set(core.summary, '_filePath', undefined);
    warnings.length = 0;
  });

  afterEach(async () => {
    delete process.env['GITHUB_STEP_SUMMARY'];
    await rm(folder, { recursive: true });
  });

  it('appends', async () => {
    await appendSummary('# one\n', reporter);
    await appendSummary('two\n', reporter);
    expect(await readFile(file, 'utf8')).toBe('# one\ntwo\n');
  });

  it('stays below what GitHub takes, whole lines only', async () => {
    const row = `| ${'é'.repeat(500)} |\n`;
    await appendSummary('before\n', reporter);
    await appendSummary(row.repeat(2000), reporter);
    const bytes = await readFile(file);
    expect(bytes.length).toBeLessThanOrEqual(SUMMARY_BYTES);
    expect(bytes.length).toBeGreaterThan(SUMMARY_BYTES - 2000);
    const lines = bytes.toString().split('\n');
    expect(lines[0]).toBe('before');
    expect(lines.at(-2)).toBe('_The summary is cut here; the log has it all._');
    expect(new Set(lines.slice(1, -4))).toEqual(new Set([row.trimEnd()]));
    expect(warnings).toEqual([]);
  });

  it('warns when the summary cannot be written, and forgets it', async () => {
    process.env['GITHUB_STEP_SUMMARY'] = join(folder, 'none', 'summary.md');
    await appendSummary('lost\n', reporter);
    expect(warnings).toEqual([expect.stringMatching(/^The job summary could not be written: /)]);
    process.env['GITHUB_STEP_SUMMARY'] = file;
    await appendSummary('kept\n', reporter);
    expect(await readFile(file, 'utf8')).toBe('kept\n');
  });

  it('does nothing outside of GitHub', async () => {
    await appendSummary('x', reporter, {});
    expect(await readFile(file, 'utf8')).toBe('');
  });
});
