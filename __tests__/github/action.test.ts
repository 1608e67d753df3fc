import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compile } from '../../scripts/compile.mjs';

interface Result {
  code: number | null;
  /** The log's lines as the runner would take them. */
  lines: string[];
  stderr: string;
  output: string;
}

let compiled: string;
let folder: string;

beforeAll(async () => {
  compiled = await compile();
  folder = await mkdtemp(join(tmpdir(), 'pgkeep-action-'));
});

afterAll(async () => {
  await rm(compiled, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

/** Runs `body` as an action's main function in a process of its own; sends it `signals` once it prints `ready`. */
async function runMain(body: string, signals: NodeJS.Signals[] = []): Promise<Result> {
  const script = join(compiled, `main-${Math.random().toString(36).slice(2)}.js`);
  await writeFile(
    script,
    `import { runAction } from './github/action.js';
     import { setOutputs } from './github/outputs.js';
     import { CancelledError, UserError } from './base/errors.js';
     await runAction(async ({ reporter, signal, github }) => { ${body} }, () => (error) => error.message);`,
  );
  const outputFile = join(folder, 'output');
  await writeFile(outputFile, '');
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'], GITHUB_OUTPUT: outputFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    while (stdout.includes('ready') && signals.length > 0) child.kill(signals.shift());
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, lines: stdout.trimEnd().split('\n'), stderr, output: await readFile(outputFile, 'utf8') };
}

const outputOf = ({ output }: Result, name: string): string | undefined =>
  new RegExp(`^${name}<<(.*)\n([\\s\\S]*?)\n\\1$`, 'm').exec(output)?.[2];

const annotations = ({ lines }: Result): string[] => lines.filter((line) => line.startsWith('::error::'));

describe('runAction', () => {
  it('names itself first and ends well, whatever is still open', async () => {
    const result = await runMain(
      'setInterval(() => {}, 1000); reporter.info(String(github)); setOutputs({ bytes: 5 }, reporter);',
    );
    expect(result.lines[0]).toMatch(/^pgkeep /);
    expect(result.lines[1]).toBe('undefined');
    expect([result.code, outputOf(result, 'outcome'), outputOf(result, 'bytes')]).toEqual([
      0,
      'success',
      '5',
    ]);
    expect(result.stderr).toBe('');
  });

  it('says that it has skipped its work', async () => {
    const result = await runMain(`return 'skipped';`);
    expect([result.code, outputOf(result, 'outcome')]).toEqual([0, 'skipped']);
  });

  it('annotates a line of a file, whatever its name', async () => {
    const { lines } = await runMain(
      `reporter.mask('hunter2'); reporter.annotateAt('warning', 'slow\\nhunter2', { path: 'a,b:c.sql', line: 3 });`,
    );
    expect(lines.slice(2)).toEqual(['::warning file=a%2Cb%3Ac.sql,line=3::slow%0A***']);
  });

  it('turns a mistake into one annotation, without a stack', async () => {
    const result = await runMain(`throw new UserError('No such bucket: "b".');`);
    expect([result.code, outputOf(result, 'outcome')]).toEqual([1, 'failure']);
    expect(result.lines.slice(1)).toEqual(['::error::No such bucket: "b".']);
  });

  it('shows what caused a failure below it, without secrets', async () => {
    const result = await runMain(
      `reporter.mask('hunter2'); throw new UserError('No answer, hunter2.', { cause: new Error('\\n::error::hunter2') });`,
    );
    expect(annotations(result)).toEqual(['::error::No answer, ***.']);
    const below = result.lines.slice(result.lines.indexOf('::error::No answer, ***.') + 1).join('\n');
    expect(below).toContain('Cause: ');
    expect(result.lines.filter((line) => line.includes('hunter2'))).toEqual(['::add-mask::hunter2']);
  });

  it('gives each of several failures an annotation', async () => {
    const result = await runMain(`throw new AggregateError([new UserError('one'), new UserError('two')]);`);
    expect(annotations(result)).toEqual(['::error::one', '::error::two']);
    expect(outputOf(result, 'error')).toBe('one two');
  });

  it('says in an output what failed: in one line of some length, without secrets', async () => {
    const result = await runMain(
      `reporter.mask('hunter2'); throw new UserError('No answer, hunter2.\\n' + 'x'.repeat(2000));`,
    );
    expect(outputOf(result, 'error')).toMatch(/^No answer, \*\*\*\. x{900,990}$/);
  });

  it('prints all of a long log before it ends', async () => {
    const result = await runMain(
      `for (let i = 0; i < 20000; i += 1) reporter.info('line ' + i); throw new UserError('end');`,
    );
    expect(result.lines.slice(-2)).toEqual(['line 19999', '::error::end']);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('lets main clean up after %s and is red', async (signal) => {
    const result = await runMain(
      `signal.addEventListener('abort', () => reporter.info('cleaned up'));
       console.log('ready');
       await new Promise((resolve, reject) => {
         setInterval(() => {}, 1000);
         signal.addEventListener('abort', () => reject(new CancelledError()));
       });`,
      [signal],
    );
    expect([result.code, outputOf(result, 'outcome')]).toEqual([1, 'failure']);
    expect(result.lines).toContain('cleaned up');
    expect(annotations(result)).toEqual([`::error::Cancelled: the run was told to stop (${signal}).`]);
  });

  it('is red when main finishes in spite of a signal', async () => {
    const result = await runMain(
      `console.log('ready'); setInterval(() => {}, 1000);
       await new Promise((resolve) => signal.addEventListener('abort', resolve));`,
      ['SIGINT'],
    );
    expect([result.code, outputOf(result, 'outcome')]).toEqual([1, 'failure']);
  });

  it('does not wait for a main that ignores the signal', async () => {
    const result = await runMain(
      `console.log('ready'); await new Promise(() => setInterval(() => {}, 1000));`,
      ['SIGINT'],
    );
    expect([result.code, annotations(result).length]).toEqual([1, 1]);
  });

  it('ends at once at a second signal', async () => {
    const result = await runMain(
      `signal.addEventListener('abort', () => setTimeout(() => reporter.info('too late'), 4000));
       signal.addEventListener('abort', () => process.kill(process.pid, 'SIGTERM'));
       console.log('ready'); await new Promise(() => setInterval(() => {}, 1000));`,
      ['SIGINT'],
    );
    expect(result.lines).not.toContain('too late');
    expect(annotations(result)).toEqual(['::error::Cancelled: the run was told to stop (SIGINT).']);
  });

  it.each([
    ['a rejection', `void Promise.reject(new TypeError('lost'));`],
    ['an exception', `setTimeout(() => { throw new TypeError('lost'); });`],
  ])('aborts and is red after %s that nobody caught', async (_, fault) => {
    const result = await runMain(
      `setInterval(() => {}, 1000); ${fault}
       await new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(new CancelledError())));`,
    );
    expect([result.code, outputOf(result, 'outcome')]).toEqual([1, 'failure']);
    expect(annotations(result)).toEqual([expect.stringMatching(/^::error::lost \(This is unexpected/)]);
    expect(result.stderr).toBe('');
  });
});

describe('the reporter', () => {
  it('folds groups, and never nests them', async () => {
    const { lines } = await runMain(
      `await reporter.group('Dump', async () => { await reporter.group('inner', async () => reporter.info('x')); });
       await reporter.group('Next', () => Promise.reject(new UserError('no'))).catch(() => {});`,
    );
    expect(lines.slice(1)).toEqual([
      '::group::Dump',
      'inner',
      'x',
      '::endgroup::',
      '::group::Next',
      '::endgroup::',
    ]);
  });

  it('keeps one annotation for the end', async () => {
    const { lines } = await runMain(
      `for (let i = 1; i <= 11; i += 1) { reporter.warn('w' + i); reporter.error('e' + i); } throw new UserError('end');`,
    );
    expect(lines.filter((line) => line.startsWith('::warning::'))).toHaveLength(9);
    expect(lines.filter((line) => line.startsWith('::error::')).at(-1)).toBe('::error::end');
    expect(lines.filter((line) => line.startsWith('::error::'))).toHaveLength(10);
    expect(lines).toEqual(expect.arrayContaining(['Warning: w10', 'Error: e11']));
  });

  it('puts a message that is too long for an annotation into the log', async () => {
    const { lines } = await runMain(
      `reporter.warn('x'.repeat(5000)); throw new UserError('y'.repeat(5000));`,
    );
    expect(lines[1]).toBe(`::warning::${'x'.repeat(4095)}…`);
    expect(lines).toContain(`Warning: ${'x'.repeat(5000)}`);
    expect(lines).toContain('y'.repeat(5000));
  });

  it('lets nothing from elsewhere act as a command', async () => {
    const { lines } = await runMain(
      `for (const text of ['::error::a', ' ::error::b', '##[error]c', 'd\\r::error::d', 'e\\n::error::e']) {
         reporter.output('pg_dump', text); reporter.info(text); reporter.warn(text); reporter.progress({ label: text, bytes: 1 });
         await reporter.group(text, () => Promise.resolve());
       }`,
    );
    const commands = lines.flatMap((line) => line.split('\r')).filter((line) => /^\s*::|##\[/.test(line));
    expect(commands.filter((line) => !/^::(warning|group)::|^::endgroup::$/.test(line))).toEqual([]);
  });

  it('registers the lines of a secret that are worth it, and no trivial word', async () => {
    const { lines } = await runMain(
      `reporter.mask('{\\n  key-one\\n}\\n'); reporter.mask('postgres'); reporter.mask('');`,
    );
    expect(lines.slice(1)).toEqual(['::add-mask::key-one']);
  });
});

describe('setOutputs', () => {
  it('writes values of several lines and JSON whole', async () => {
    const result = await runMain(
      `setOutputs({ manifest: { a: 'x\\ny' }, locations: ['s3://b/k'], rows: undefined, 'backup-id': 'a\\nrows=1\\nb' }, reporter);`,
    );
    expect(JSON.parse(outputOf(result, 'manifest') ?? '')).toEqual({ a: 'x\ny' });
    expect(outputOf(result, 'locations')).toBe('["s3://b/k"]');
    expect(outputOf(result, 'backup-id')).toBe('a\nrows=1\nb');
    expect(outputOf(result, 'rows')).toBeUndefined();
  });

  it('leaves out the one that is too long, and says so', async () => {
    const result = await runMain(
      `setOutputs({ backups: 'x'.repeat(600 * 1024), manifest: 'y'.repeat(100 * 1024), bytes: 7 }, reporter);`,
    );
    expect(outputOf(result, 'backups')).toBe('');
    expect(outputOf(result, 'manifest')).toHaveLength(100 * 1024);
    expect(outputOf(result, 'bytes')).toBe('7');
    expect(result.lines).toContainEqual(
      expect.stringMatching(/^::warning::Output "backups" would be 1\.2 MiB/),
    );
    expect(result.code).toBe(0);
  });
});
