import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT } from './files.js';

/** A project whose tests end as we like. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgkeep-ci-'));
  mkdirSync(join(folder, '.ci'));
  for (const file of ['.ci/run', '.ci/tools']) copyFileSync(join(ROOT, file), join(folder, file));
  writeFileSync(join(folder, 'README.md'), '# x\n\n`npm test`\n\n```sh\ntrue && npm test\n```\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `.ci/run tests` over a test program that prints, writes these figures and ends so. */
function ciRun(figures: object | undefined, { prints = '', code = 0, parts = ['tests'] } = {}) {
  const program = `
    const file = process.argv.find((arg) => arg.startsWith('--outputFile=')).slice(13);
    console.error('PATH=' + process.env.PATH);
    console.error(${JSON.stringify(prints)});
    ${figures === undefined ? '' : `require('fs').writeFileSync(file, ${JSON.stringify(JSON.stringify(figures))});`}
    process.exit(${code});`;
  writeFileSync(join(folder, 'tests.cjs'), program);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { test: 'node tests.cjs' } }));
  const { status, stdout } = spawnSync('bash', ['.ci/run', ...parts], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, last: stdout.trimEnd().split('\n').at(-1) };
}

const figures = (passed: number, failed = 0, broken = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numRuntimeErrorTestSuites: broken,
});

describe('.ci/run', () => {
  it.each([
    ['all is well', figures(7), {}, 0, '7 passed, 0 failed'],
    ['a test fails', figures(6, 1), { code: 1 }, 1, '6 passed, 1 failed'],
    ['a suite does not load', figures(6, 0, 1), { code: 1 }, 1, '6 passed, 1 failed'],
    ['a suite was not run', figures(7), { prints: 'NOT RUN: psql: no psql' }, 1, '7 passed, 1 failed'],
    ['jest dies before it counts', undefined, { code: 134 }, 1, '0 passed, 1 failed'],
    ['jest fails for another reason', figures(7), { code: 1 }, 1, '7 passed, 1 failed'],
    ['jest ends well without figures', undefined, {}, 1, '0 passed, 1 failed'],
    ['there are no tests', figures(0), {}, 1, '0 passed, 1 failed'],
    ['another part fails', figures(7), { parts: ['tests', 'demo'] }, 1, '7 passed, 1 failed'],
    ['a part does not exist', figures(7), { parts: ['tests', 'x'] }, 2, ''],
  ])('when %s', (_when, given, options, status, last) => {
    expect(ciRun(given, options)).toMatchObject({ status, last });
  });

  it('puts the folder of the tools, another for other versions, on the path of the tests', () => {
    const tools = () =>
      spawnSync('bash', ['.ci/tools', '--folder'], { cwd: folder, encoding: 'utf8' }).stdout.trim();
    const before = tools();
    expect(before).toMatch(/\/pgkeep\/ci-tools-[0-9a-f]{12}$/);
    expect(ciRun(figures(7)).stdout).toContain(`${before}:`);
    appendFileSync(join(folder, '.ci/tools'), '# another version');
    expect(tools()).not.toBe(before);
    expect(ciRun(figures(7)).stdout).toContain(`${tools()}:`);
  });
});
