import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseCommandLine } from '../../src/cli/args.js';
import { COMMAND_NAMES } from '../../src/cli/flags.js';
import { encryptionOf } from '../../src/codec/recipients.js';
import { readInputs } from '../../src/inputs/read.js';
import type { Action } from '../../src/inputs/spec.js';
import { migrationText } from '../../src/migrations/report/index.js';
import { s3Settings } from '../../src/storage/s3/settings.js';
import { parseStorageUrl } from '../../src/storage/url.js';
import { reportText } from '../../src/verify/report-text.js';
import { sampleMigrations } from '../support/migration-report.js';
import { TOOLS } from '../support/recipes.js';
import { sampleReport } from '../support/report.js';
import { read } from '../house/files.js';
import { stepsIn, type WorkflowFile } from '../house/workflow-files.js';
import { blocksOf, PAGES } from './pages.js';

const README = read('README.md');
const S3 = read('docs/s3.md');

/** The lines on a page that run the command line. */
function commandsIn(markdown: string): string[] {
  return markdown
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('node dist/cli.js '));
}

/** As the runner passes a value of `with` on. */
const stringOf = (value: unknown): string | undefined =>
  typeof value === 'string' || value === undefined ? value : JSON.stringify(value);

/** The first workflow on a page that uses an action. */
function workflowOf(page: string, action: Action): WorkflowFile & { on: Record<string, unknown> } {
  const block = blocksOf(page, 'yaml').find(
    ({ text }) => /^jobs:/m.test(text) && text.includes(`/${action}@`),
  );
  return parse(block?.text ?? '') as ReturnType<typeof workflowOf>;
}

describe.each(['docs/verify.md', 'verify/README.md'])('the verification in %s', (page) => {
  const workflow = workflowOf(page, 'verify');
  const job = workflow.jobs['verify'];

  it('runs by itself, at an odd minute, without any permission, with a key that lies apart', () => {
    const { schedule } = workflow.on as { schedule: { cron: string }[] };
    expect(Number(schedule[0]?.cron.split(' ')[0]) % 5).not.toBe(0);
    expect(workflow.permissions).toEqual({});
    expect(job).toMatchObject({ environment: 'backups', 'timeout-minutes': 120 });
    expect(JSON.stringify(workflow)).not.toContain('DATABASE_URL');
  });

  it('has inputs that go together', () => {
    expect(() => readInputs('verify', (name) => stringOf(job?.steps?.[0]?.with?.[name]))).not.toThrow();
  });
});

describe.each(['docs/monitoring.md', 'status/README.md'])('the monitoring in %s', (page) => {
  const workflow = workflowOf(page, 'status');

  it('runs by itself, at an odd minute, without any permission or database, with inputs that go together', () => {
    const { schedule } = workflow.on as { schedule: { cron: string }[] };
    expect(Number(schedule[0]?.cron.split(' ')[0]) % 5).not.toBe(0);
    expect(workflow.permissions).toEqual({});
    expect(JSON.stringify(workflow)).not.toContain('DATABASE_URL');
    const given = workflow.jobs['status']?.steps?.[0]?.with ?? {};
    const texts: Record<string, string | undefined> = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        stringOf(value)?.replace(/^\$\{\{.*\}\}$/, 'https://hooks.example.com/x'),
      ]),
    );
    expect(readInputs('status', (name) => texts[name])).toMatchObject({
      maxAge: 26 * 3_600_000,
      maxSizeChange: 0.5,
      maxStorageBytes: 500e9,
    });
  });
});

describe.each(['docs/migrations.md', 'check-migrations/README.md'])('the migration check in %s', (page) => {
  const workflow = workflowOf(page, 'check-migrations');
  const job = workflow.jobs['check'];

  it('runs on pull requests only, with secrets of its own, and gives its command no token', () => {
    expect(workflow.on).toBe('pull_request');
    expect(workflow.permissions).toEqual({});
    expect(job?.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
    const checkout = job?.steps?.find(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkout?.with).toEqual({ 'persist-credentials': false });
    for (const [, name] of JSON.stringify(workflow).matchAll(/secrets\.(\w+)/g))
      expect(name).toMatch(/^MIGRATIONS_/);
  });

  it('has inputs that go together', () => {
    const given = job?.steps?.at(-1)?.with ?? {};
    expect(readInputs('check-migrations', (name) => stringOf(given[name]))).toMatchObject({
      failOn: ['error', 'data-loss'],
      comment: true,
    });
  });
});

it.each(TOOLS)('the command for $name is the one that the tests run', ({ command }) => {
  const rows = [...read('check-migrations/README.md').matchAll(/^\| [^|`]+ \| `(.+)` +\|$/gm)];
  expect(rows.map(([, given]) => given)).toContain(command.replace('/usr/bin/', ''));
});

describe.each(['docs/restore.md', 'restore/README.md'])('the restore in %s', (page) => {
  const workflow = workflowOf(page, 'restore');
  const job = workflow.jobs['restore'];

  it('is started by hand, is a rehearsal unless told otherwise, and is alone and never cancelled', () => {
    expect(workflow.on).toMatchObject({ workflow_dispatch: { inputs: { 'dry-run': { default: true } } } });
    expect(Object.keys(workflow.on)).toEqual(['workflow_dispatch']);
    expect(workflow.concurrency).toEqual({ group: 'restore', 'cancel-in-progress': false });
    expect(workflow.permissions).toEqual({});
    expect(job).toMatchObject({ environment: 'production' });
  });

  it('passes on what was asked for, and has inputs that go together', () => {
    const { inputs } = workflow.on['workflow_dispatch'] as { inputs: Record<string, { default?: unknown }> };
    const given = job?.steps?.[0]?.with ?? {};
    for (const name of Object.keys(inputs)) expect(given[name]).toBe(`\${{ inputs.${name} }}`);
    const texts = { ...given, backup: inputs['backup']?.default, 'dry-run': inputs['dry-run']?.default };
    expect(readInputs('restore', (name) => stringOf(texts[name as keyof typeof texts]))).toMatchObject({
      backup: { kind: 'latest-verified' },
      mode: 'replace',
      dryRun: true,
    });
  });
});

describe('the pages', () => {
  it('show reports as they are', () => {
    const plain = { paint: (text: string) => text, width: undefined };
    const shown = (page: string): string[] => blocksOf(page, 'text').map(({ text }) => text);
    expect(shown('docs/verify.md')).toContain(reportText(sampleReport('failed'), plain));
    expect(shown('docs/migrations.md')).toContain(migrationText(sampleMigrations(), plain));
  });

  it('has a storage for each kind of service, and the host tells the rest', () => {
    const rows = [...S3.matchAll(/^\| ([^|]+?) +\| `(s3:[^`]+)`/gm)];
    const settings = rows.map(([, service = '', url = '']) => {
      const storage = parseStorageUrl(url);
      if (storage.scheme !== 's3') throw new Error(url);
      const { region, pathStyle, aws } = s3Settings(storage.s3, {});
      return [service, region, aws ? 'aws' : pathStyle ? 'path' : 'host'];
    });
    expect(settings).toEqual([
      ['AWS', 'eu-central-1', 'aws'],
      ['AWS with KMS', 'eu-central-1', 'aws'],
      ['Cloudflare R2', 'auto', 'path'],
      ['Backblaze B2', 'eu-central-003', 'path'],
      ['MinIO', 'us-east-1', 'path'],
      ['Google Cloud Storage', 'auto', 'path'],
      ['Scaleway', 'fr-par', 'path'],
      ['Ceph, Garage, others', 'us-east-1', 'path'],
    ]);
  });

  it('encrypts to nobody who copies the example and forgets to put in a key', async () => {
    const yaml = PAGES.flatMap((page) => blocksOf(page, 'yaml'));
    const recipients = yaml
      .flatMap(({ text }) => stepsIn(text))
      .flatMap((step) => step.with?.['recipients'] ?? []);
    expect(recipients.length).toBeGreaterThan(3);
    for (const given of recipients)
      await expect(encryptionOf((stringOf(given) ?? '').split('\n'), undefined)).rejects.toThrow(
        'recipients',
      );
  });

  it.each(['README.md', 'docs/quick-start.md'])(
    'backs up in one workflow that is never cancelled by the next, at an odd minute: %s',
    (page) => {
      const workflow = parse(blocksOf(page, 'yaml').find(({ text }) => /^jobs:/m.test(text))?.text ?? '') as {
        on: { schedule: { cron: string }[] };
        permissions: object;
        concurrency: object;
      };
      expect(workflow.concurrency).toMatchObject({ 'cancel-in-progress': false });
      expect(workflow.permissions).toEqual({});
      expect(Number(workflow.on.schedule[0]?.cron.split(' ')[0]) % 5).not.toBe(0);
    },
  );

  it('shows commands that the command line takes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pgkeep-readme-'));
    try {
      const key = join(folder, 'key.txt');
      writeFileSync(key, 'AGE-SECRET-KEY-1A\n');
      const commands = PAGES.flatMap((page) => commandsIn(read(page))).map((line) => {
        const words = line.replace('age1...', 'age1x').replaceAll("'", '').split(' ').slice(2);
        const args = words.map((word) => (word === 'key.txt' ? key : word));
        return parseCommandLine(args, { DATABASE_URL: 'postgresql://u:p@h/d' }).command;
      });
      expect(new Set(commands)).toEqual(new Set(COMMAND_NAMES));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves nothing for a shell to make of a URL', () => {
    for (const line of PAGES.flatMap((page) => commandsIn(read(page))))
      expect(line).not.toMatch(/[?*&](?=[^']*(?:'[^']*'[^']*)*$)/);
  });

  it('names every parameter of an S3 URL', async () => {
    const { S3_PARAMETERS } = await import('../../src/storage/s3/location.js');
    const table = /\| Parameter[\s\S]*?\n\n/.exec(S3)?.[0] ?? '';
    for (const name of S3_PARAMETERS) expect(table).toContain(`\`${name}\``);
  });

  it('counts in the README what the table of damages shows', () => {
    const marks = (row: string): string[] =>
      row
        .split('|')
        .slice(2, -1)
        .map((cell) => cell.trim());
    const [, table = ''] = read('docs/verify.md').split('<!-- proof -->');
    const rows = (table.split('<!-- /proof -->')[0] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const damages = rows.slice(1).filter((row) => !row.includes('---'));
    const noticed = marks(damages[0] ?? '').map(
      (_, at) => damages.filter((row) => marks(row)[at] === 'noticed').length,
    );
    const [, proof = ''] = README.split('## Proof');
    expect(proof).toContain(`${damages.length} ways to damage`);
    const counts = [...proof.matchAll(/^\|((?: +\d+ +\|)+)$/gm)].map(([, cells = '']) =>
      cells.split('|').slice(0, -1).map(Number),
    );
    expect(counts).toEqual([noticed]);
  });

  it('has the two commands', () => {
    const lines = blocksOf('README.md', 'sh').flatMap(({ text }) => text.split('\n'));
    expect(lines).toContain('npm ci && npm run demo');
    expect(lines).toContain('npm ci && npm test');
  });
});
