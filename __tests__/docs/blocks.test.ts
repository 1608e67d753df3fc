// No block of a page goes untested: each kind has a suite, and what a suite takes from a page it takes by name.
import { describe, expect, it } from '@jest/globals';
import { REUSABLE, WORKFLOWS } from '../../src/inputs/workflow-table.js';
import type { Notice } from '../../src/notify/types.js';
import { webhookMessage } from '../../src/notify/webhook.js';
import { read } from '../house/files.js';
import { blocksOf, blockUnder, PAGES } from './pages.js';

const all = PAGES.flatMap((page) => blocksOf(page));

describe('the blocks of the pages', () => {
  it('are of kinds that have a suite', () => {
    const kinds = new Set(all.map(({ language }) => language));
    expect([...kinds].sort()).toEqual(['json', 'markdown', 'sh', 'sql', 'text', 'yaml']);
  });

  it.each([
    ['sql', ['docs/postgres-roles.md']],
    ['json', ['docs/format.md', 'docs/monitoring.md', 'docs/s3.md', 'status/README.md']],
    ['text', ['docs/migrations.md', 'docs/verify.md']],
    ['markdown', ['docs/monitoring.md']],
  ])('of the kind %s stand where their suites look', (language, pages) => {
    expect(
      [...new Set(all.filter((block) => block.language === language).map(({ page }) => page))].sort(),
    ).toEqual(pages);
  });

  it('name the kinds of problems that there are, and all of them', () => {
    const [shown] = JSON.parse(blockUnder('status/README.md', 'Outputs', 'json')) as Record<string, string>[];
    expect(Object.keys(shown ?? {})).toEqual(['kind', 'message', 'name', 'storage']);
    const [, union = ''] = /type ProblemKind =([^;]*);/.exec(read('src/status/types.ts')) ?? [];
    const kinds = [...union.matchAll(/'([\w-]+)'/g)].map(([, kind = '']) => kind);
    expect(kinds).toContain(shown?.['kind']);
    const [, list = ''] = /The kinds are ([^;]*);/.exec(read('status/README.md')) ?? [];
    expect([...list.matchAll(/`([\w-]+)`/g)].map(([, kind]) => kind).sort()).toEqual([...kinds].sort());
  });

  it.each(REUSABLE)('say which permission %s needs for artifacts', (name) => {
    const needed = Object.keys(WORKFLOWS[name].permissions).find((each) => each.startsWith('actions: '));
    const row = new RegExp(`^\\|[^|]*\`${name}\`[^|]*\\| \`(actions: \\w+)\``, 'm');
    expect(row.exec(read('docs/artifacts.md'))?.[1]).toBe(needed);
  });

  it('show the message to a webhook as it is sent', () => {
    const shown = JSON.parse(blockUnder('docs/monitoring.md', 'Alerts', 'json')) as Record<
      string,
      unknown
    > & {
      families: { newestBackup: Notice['families'][number]['newest']; previousOutcome: 'success' }[];
    };
    const notice = {
      ...shown,
      run: shown,
      families: shown.families.map((family) => ({
        ...family,
        newest: family.newestBackup,
        before: family.previousOutcome,
      })),
    } as unknown as Notice;
    expect(webhookMessage(notice)).toEqual(shown);
  });
});
