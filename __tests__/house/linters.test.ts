import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { hasPrograms } from '../codec/bytes.js';
import { blocksOf, PAGES } from '../docs/pages.js';
import { read, ROOT } from './files.js';
import { ACTION_FOLDERS, STARTER_FILES, WORKFLOW_FILES } from './workflow-files.js';

const withActionlint = hasPrograms('workflows under actionlint (.ci/tools installs it)', ['actionlint']);
const withZizmor = hasPrograms('workflows under zizmor (.ci/tools installs it)', ['zizmor']);

/** What GitHub has since actionlint 1.7.12: `queue` of May 2026, `timezone` of March 2026. */
const NEWER_THAN_ACTIONLINT = ['unexpected key "queue" for "concurrency" section'];

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** As if all of it stood in one repository: actionlint then knows the inputs, types and secrets on both sides. */
function local(text: string): string {
  return text
    .replaceAll(/uses: \$\/(?=\w)/g, 'uses: ./')
    .replaceAll(/uses: pgkeep\/pgkeep(\/\.github\/workflows\/[\w-]+\.yml)@v1/g, 'uses: .$1')
    .replaceAll(/uses: pgkeep\/pgkeep(?:\/([\w-]+))?@v1/g, 'uses: ./$1');
}

/** The whole workflows on the pages. */
const PASTED = PAGES.flatMap((page) => blocksOf(page, 'yaml')).filter(({ text }) => /^on:/m.test(text));

/** A repository with the project's workflows and actions, and the starters and those of the pages among the workflows. */
function repository(change: (text: string) => string = (text) => text): string {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-linters-'));
  folders.push(folder);
  const workflows = join(folder, '.github/workflows');
  mkdirSync(workflows, { recursive: true });
  mkdirSync(join(folder, '.git'));
  for (const file of WORKFLOW_FILES) writeFileSync(join(workflows, basename(file)), local(read(file)));
  for (const file of STARTER_FILES)
    writeFileSync(join(workflows, `starter-${basename(file)}`), change(local(read(file))));
  for (const [nth, { page, text }] of PASTED.entries())
    writeFileSync(join(workflows, `page-${page.replaceAll(/\W/g, '-')}-${nth}.yml`), local(text));
  mkdirSync(join(folder, 'dist'));
  copyFileSync(join(ROOT, 'action.yml'), join(folder, 'action.yml'));
  for (const action of ACTION_FOLDERS) {
    mkdirSync(join(folder, action));
    copyFileSync(join(ROOT, action, 'action.yml'), join(folder, action, 'action.yml'));
    // Whether it is built is another test's.
    writeFileSync(join(folder, 'dist', `${action}.js`), '');
  }
  return folder;
}

function actionlint(folder: string): string {
  const ignored = NEWER_THAN_ACTIONLINT.flatMap((message) => ['-ignore', message]);
  // Whether a machine has shellcheck must not decide.
  const args = ['-no-color', '-oneline', '-shellcheck=', '-pyflakes=', ...ignored];
  const { status, stdout, stderr } = spawnSync('actionlint', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0 && stdout === '') throw new Error(stderr);
  return stdout;
}

(withActionlint ? describe : describe.skip)('actionlint', () => {
  it('finds nothing', () => expect(actionlint(repository())).toBe(''));

  it.each([
    ['a misspelt input of a workflow', 'keep-daily: ', 'keep-dayly: ', 'input "keep-dayly" is not defined'],
    [
      'a secret that a workflow does not take',
      ' DATABASE_URL: ',
      ' DATABASE: ',
      'secret "DATABASE" is not defined',
    ],
    [
      'an output that no job has',
      'outputs.backup-id }}',
      'outputs.backup }}',
      'property "backup" is not defined',
    ],
    ['a misspelt input of an action', 'max-age: 26h', 'max-aged: 26h', 'input "max-aged" is not defined'],
    ['a storage that is missing', / +storage: .*\n/g, '', 'input "storage" which is required'],
  ])('would find %s', (_what, from, to, found) => {
    expect(actionlint(repository((text) => text.replaceAll(from, to)))).toContain(found);
  });
});

(withZizmor ? describe : describe.skip)('zizmor', () => {
  const zizmor = (files: string[]): string => {
    const args = ['--offline', '--no-progress', '--format=plain', ...files];
    const { status, stdout, stderr } = spawnSync('zizmor', args, { cwd: ROOT, encoding: 'utf8' });
    return status === 0 ? '' : stdout + stderr;
  };

  it('finds nothing', () => {
    const actions = ['action.yml', ...ACTION_FOLDERS.map((action) => `${action}/action.yml`)];
    expect(zizmor([...WORKFLOW_FILES, ...STARTER_FILES, ...actions])).toBe('');
  });

  it('would find credentials that a checkout leaves', () => {
    const folder = repository((text) => text.replace('persist-credentials: false', 'fetch-depth: 1'));
    expect(zizmor([join(folder, '.github/workflows/starter-check-migrations.yml')])).toContain('artipacked');
  });
});
