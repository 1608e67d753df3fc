import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { read, ROOT } from './files.js';
import { workflowIn } from './workflow-files.js';

const VERSION = '1.2.3';
const COMMIT = 'c'.repeat(40);

/** What GitHub and npm have to say in a test: the output of the first command line that matches; `null`: it fails. */
type Answers = [RegExp, string | null][];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgkeep-release-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function script(job: string): string {
  const { steps = [] } = workflowIn('.github/workflows/release.yml').jobs[job] ?? {};
  return steps
    .flatMap(({ run = '' }) => run.split('\n'))
    .filter((line) => !/^node scripts\/release\.mjs/.test(line))
    .join('\n');
}

/** Runs the script of a job as the runner does, but for `gh` and `npm`, and tells what it asked of these. */
function release(job: string, answers: Answers) {
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  writeFileSync(
    join(folder, 'answers.json'),
    JSON.stringify(answers.map(([{ source }, said]) => [source, said])),
  );
  for (const program of ['gh', 'npm']) {
    const file = join(folder, 'bin', program);
    const said = `#!${process.execPath}
      const fs = require('fs');
      const line = ['${program}', ...process.argv.slice(2)].join(' ');
      fs.appendFileSync(${JSON.stringify(calls)}, line + '\\n');
      const answers = JSON.parse(fs.readFileSync(${JSON.stringify(join(folder, 'answers.json'))}, 'utf8'));
      const answer = answers.find(([pattern]) => new RegExp(pattern).test(line));
      if (answer?.[1] === null) process.exit(1);
      if (answer?.[1]) console.log(answer[1]);`;
    writeFileSync(file, said);
    chmodSync(file, 0o755);
  }
  const { status, stdout } = spawnSync('bash', ['-e', '-c', script(job)], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      RUNNER_TEMP: folder,
      GITHUB_REPOSITORY: 'pgkeep/pgkeep',
      GITHUB_SHA: COMMIT,
      VERSION,
    },
  });
  return { status, stdout, calls: readFileSync(calls, 'utf8').trimEnd().split('\n') };
}

const TAGS = /matching-refs\/tags\/v1/;
const changed = ({ calls }: { calls: string[] }): string[] =>
  calls.filter((line) => !/matching-refs|releases\?|releases\/tags|npm view|git\/ref\//.test(line));

describe('the draft of a release', () => {
  const CREATED = 'gh release create v1.2.3 --draft';

  it('replaces drafts of the same version by their ids, and touches nothing else', () => {
    const run = release('draft', [
      [TAGS, 'refs/tags/v1.2.30'],
      [/releases\?per_page/, '11\n12'],
    ]);
    expect(run.status).toBe(0);
    expect(changed(run)).toEqual([
      'gh api -X DELETE repos/pgkeep/pgkeep/releases/11',
      'gh api -X DELETE repos/pgkeep/pgkeep/releases/12',
      expect.stringContaining(CREATED),
    ]);
    expect(run.calls.find((line) => line.includes('releases?'))).toContain(
      'select(.draft and .tag_name == "v1.2.3")',
    );
  });

  it.each<[string, Answers]>([
    ['the tag exists', [[TAGS, 'refs/tags/v1.2.3']]],
    ['GitHub does not say whether it exists', [[TAGS, null]]],
    ['GitHub does not say which drafts there are', [[/releases\?per_page/, null]]],
  ])('is not made, and nothing deleted, when %s', (_when, answers) => {
    const run = release('draft', answers);
    expect(run.status).not.toBe(0);
    expect(changed(run)).toEqual([]);
  });
});

describe('the tag of a release', () => {
  const MADE = `gh api repos/pgkeep/pgkeep/git/refs -f ref=refs/tags/v1.2.3 -f sha=${COMMIT}`;
  const PUBLISHED = 'gh api -X PATCH repos/pgkeep/pgkeep/releases/11 -F draft=false';
  const DRAFT: Answers[number] = [/releases\?per_page/, '11'];

  it.each<[string, Answers, string[]]>([
    ['is made, and the draft published', [DRAFT], [MADE, PUBLISHED]],
    ['stays in a second attempt, which publishes the draft', [[TAGS, COMMIT], DRAFT], [PUBLISHED]],
    ['stays in a second attempt after which nothing is left to do', [[TAGS, COMMIT]], []],
  ])('%s', (_what, answers, does) => {
    const run = release('tag', answers);
    expect({ status: run.status, does: changed(run) }).toEqual({ status: 0, does });
  });

  it.each<[string, Answers, string[]]>([
    ['is of another commit', [[TAGS, 'd'.repeat(40)]], []],
    ['cannot be made', [[/git\/refs /, null]], [MADE]],
    ['cannot be looked up', [[TAGS, null]], []],
    ['has no draft', [[/releases\/tags/, null]], [MADE]],
  ])('that %s publishes nothing', (_what, answers, does) => {
    const run = release('tag', answers);
    expect(run.status).toBe(1);
    expect(changed(run)).toEqual(does);
  });
});

describe('npm', () => {
  it('gets the version once', () => {
    expect(changed(release('npm', []))).toEqual([expect.stringMatching(/^npm publish --provenance/)]);
    // There is no package at all yet, or npm does not answer: publishing says which.
    expect(changed(release('npm', [[/npm view/, null]]))).toHaveLength(1);
    expect(release('npm', [[/npm view pgkeep@1\.2\.3 version/, VERSION]])).toMatchObject({
      status: 0,
      calls: ['npm view pgkeep@1.2.3 version'],
    });
  });

  it('has the name that package.json has', () => {
    expect(JSON.parse(read('package.json'))).toMatchObject({ name: 'pgkeep' });
  });
});

describe('the major tag', () => {
  const now: Answers[number] = [/git\/ref\/tags\/v1 /, COMMIT];

  it('moves to the newest release', () => {
    const run = release('move-major', [[TAGS, 'refs/tags/v1.2.3\nrefs/tags/v1.2.2\nrefs/tags/v1.1.10'], now]);
    expect(run.status).toBe(0);
    expect(changed(run)).toEqual([
      `gh api -X PATCH repos/pgkeep/pgkeep/git/refs/tags/v1 -f sha=${COMMIT} -F force=true`,
    ]);
    expect(run.calls[0]).toContain('matching-refs/tags/v1. ');
  });

  it('is made by the first one', () => {
    const run = release('move-major', [[TAGS, 'refs/tags/v1.2.3'], [/PATCH/, null], now]);
    expect({ status: run.status, made: changed(run).at(-1) }).toEqual({
      status: 0,
      made: `gh api repos/pgkeep/pgkeep/git/refs -f ref=refs/tags/v1 -f sha=${COMMIT}`,
    });
  });

  it('does not move back when an old run is run again', () => {
    const run = release('move-major', [[TAGS, 'refs/tags/v1.2.3\nrefs/tags/v1.2.10'], now]);
    expect(run).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('its newest release is v1.2.10'),
    });
    expect(changed(run)).toEqual([]);
  });
});

it('no step of a release takes more than one draft or reference at a time', () => {
  const text = read('.github/workflows/release.yml');
  expect(text).not.toMatch(/gh release delete|push .*--tags|tag -f/);
  expect(readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8').match(/force=true/g)).toHaveLength(
    1,
  );
});
