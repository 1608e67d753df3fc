import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseCommandLine } from '../../src/cli/args.js';
import { encryptionOf } from '../../src/codec/recipients.js';
import { s3Settings } from '../../src/storage/s3/settings.js';
import { parseStorageUrl } from '../../src/storage/url.js';
import { blocks, read, ROOT, stepsIn } from './files.js';

const PAGES = ['README.md', 'backup/README.md', 'SECURITY.md', 'CONTRIBUTING.md'];
const README = read('README.md');
const action = parse(read('action.yml')) as { inputs: object; outputs: object };

/** Every storage URL on a page, without the ones that stand for their kind or for an object. */
function storageUrls(markdown: string): string[] {
  const found = [...markdown.matchAll(/(?<![\w/])(?:s3|file):\/\/[^\s`'"|)]+/g)].map(([url]) => url);
  return found.filter((url) => !url.endsWith('/') && !url.includes('${{'));
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('has only links that lead somewhere', () => {
    const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target.startsWith('https://')) continue;
      if (target.startsWith('#')) expect(anchors).toContain(target.slice(1));
      else expect(existsSync(join(ROOT, dirname(page), target))).toBe(true);
    }
  });

  it('names only storages that pgkeep takes', () => {
    for (const url of storageUrls(text)) expect(() => parseStorageUrl(url)).not.toThrow();
  });

  it('shows the action with inputs and outputs that it has', () => {
    for (const yaml of blocks(text, 'yaml')) {
      for (const step of stepsIn(yaml).filter(({ uses }) => uses?.startsWith('pgkeep/')))
        for (const name of Object.keys(step.with ?? {})) expect(Object.keys(action.inputs)).toContain(name);
      for (const [, name] of yaml.matchAll(/steps\.backup\.outputs\.([\w-]+)/g))
        expect(Object.keys(action.outputs)).toContain(name);
    }
  });
});

describe('README.md', () => {
  it('has a storage for each kind of service, and the host tells the rest', () => {
    const rows = [...README.matchAll(/^\| ([^|]+?) +\| `(s3:[^`]+)`/gm)];
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
    const recipient = stepsIn(blocks(README, 'yaml')[0] ?? '')[0]?.with?.['recipients'];
    await expect(encryptionOf([String(recipient)], undefined)).rejects.toThrow('recipients');
  });

  it('backs up in one workflow that is never cancelled by the next, at an odd minute', () => {
    const workflow = parse(blocks(README, 'yaml')[0] ?? '') as {
      on: { schedule: { cron: string }[] };
      permissions: object;
      concurrency: object;
    };
    expect(workflow.concurrency).toMatchObject({ 'cancel-in-progress': false });
    expect(workflow.permissions).toEqual({});
    expect(Number(workflow.on.schedule[0]?.cron.split(' ')[0]) % 5).not.toBe(0);
  });

  it('shows commands that the command line takes', () => {
    const lines = blocks(README, 'sh')
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.startsWith('node dist/cli.js '));
    const commands = lines.map((line) => {
      const args = line.replace('age1...', 'age1x').split(' ').slice(2);
      return parseCommandLine(args, { DATABASE_URL: 'postgresql://u:p@h/d' }).command;
    });
    expect(commands).toEqual(['backup', 'list', 'show']);
  });

  it('names every parameter of an S3 URL', async () => {
    const { S3_PARAMETERS } = await import('../../src/storage/s3/location.js');
    const table = /\| Parameter[\s\S]*?\n\n/.exec(README)?.[0] ?? '';
    for (const name of S3_PARAMETERS) expect(table).toContain(`\`${name}\``);
  });

  it('has the two commands', () => {
    const lines = blocks(README, 'sh').flatMap((text) => text.split('\n'));
    expect(lines).toContain('npm ci && npm run demo');
    expect(lines).toContain('npm ci && npm test');
  });
});
