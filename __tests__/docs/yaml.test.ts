// Every YAML block that users may paste: it parses, and what it gives to this project's actions and workflows they take.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readInputs } from '../../src/inputs/read.js';
import { ACTIONS, type Action } from '../../src/inputs/spec.js';
import { interfaceOf, stepsIn, type AnyJob, type Step, type WorkflowFile } from '../house/workflow-files.js';
import { blocksOf, PAGES, type Block } from './pages.js';

const yaml = PAGES.flatMap((page) => blocksOf(page, 'yaml', 'yml'));
const named = (list: Block[]): [string, Block][] =>
  list.map((block) => [`${block.page}, ${block.heading}, ${block.text.split('\n')[0]}`, block]);

/** The action behind a `uses:` of this project. */
function actionBehind(uses: string): Action {
  const [, path = ''] = /^pgkeep\/pgkeep(?:\/([\w-]+))?@v1$/.exec(uses) ?? [];
  const action = ACTIONS.find((name) => name === (path === '' ? 'backup' : path));
  if (action === undefined) throw new Error(`${uses} is no action of this project`);
  return action;
}

/** What a run would know, by the name of the input. */
const AT_RUN_TIME: Record<string, string> = {
  backup: 'latest-verified',
  confirm: 'shop',
  mode: 'fresh',
  'dry-run': 'true',
  'keep-daily': '7',
  result: 'success',
  'database-url': 'postgresql://user:password@host/shop',
  'scratch-url': 'postgresql://user:password@host/shop',
};

/** The value of an input as the runner passes it on. */
function given(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.includes('${{') ? (AT_RUN_TIME[name] ?? 'https://hooks.example.com/x') : text;
}

const OF_A_STEP = [
  'id',
  'name',
  'if',
  'uses',
  'with',
  'env',
  'run',
  'shell',
  'timeout-minutes',
  'working-directory',
];
const OF_A_JOB = [
  'name',
  'runs-on',
  'timeout-minutes',
  'permissions',
  'environment',
  'concurrency',
  'needs',
  'if',
];
const OF_A_CALL = [
  'uses',
  'with',
  'secrets',
  'permissions',
  'concurrency',
  'needs',
  'if',
  'name',
  'strategy',
];
const OF_A_WORKFLOW = ['name', 'run-name', 'on', 'permissions', 'concurrency', 'jobs'];

/** Jobs and steps of a block, whatever piece of a workflow it is. */
function jobsIn({ text }: Block): AnyJob[] {
  const { jobs } = (parse(text) ?? {}) as { jobs?: Record<string, AnyJob> };
  return Object.values(jobs ?? {});
}

describe('the YAML of the pages', () => {
  it('is there', () => expect(yaml.length).toBeGreaterThan(15));

  it.each(named(yaml))('parses and says nothing unknown: %s', (_name, block) => {
    const value = parse(block.text) as object;
    expect(typeof value).toBe('object');
    if ('on' in value) for (const key of Object.keys(value)) expect(OF_A_WORKFLOW).toContain(key);
    for (const job of jobsIn(block)) {
      const known =
        job.uses === undefined ? [...OF_A_JOB, 'steps', 'strategy', 'container', 'outputs'] : OF_A_CALL;
      for (const key of Object.keys(job)) expect(known).toContain(key);
    }
    for (const step of stepsIn(block.text).filter(({ uses }) => !/\.yml@/.test(uses ?? '')))
      for (const key of Object.keys(step)) expect(OF_A_STEP).toContain(key);
  });

  const steps = yaml.flatMap((block) =>
    stepsIn(block.text)
      .filter(({ uses }) => uses?.startsWith('pgkeep/') === true)
      .map((step): [string, Step, Block] => [`${block.page}, ${block.heading}: ${step.uses}`, step, block]),
  );

  const isWorkflow = ({ uses = '' }: Step): boolean => uses.includes('.yml@');

  it.each(steps)('gives only what is taken: %s', (_name, { uses = '', ...given }) => {
    const taken = interfaceOf(uses);
    expect(Object.keys(taken?.inputs ?? {})).toEqual(expect.arrayContaining(Object.keys(given.with ?? {})));
    const { secrets = {} } = given as { secrets?: Record<string, unknown> };
    expect(Object.keys(taken?.secrets ?? {})).toEqual(expect.arrayContaining(Object.keys(secrets)));
  });

  it.each(steps.filter(([, step]) => isWorkflow(step)))(
    'gives a workflow all that it requires: %s',
    (_name, { uses = '', with: inputs = {} }) => {
      const all = Object.entries(interfaceOf(uses)?.inputs ?? {});
      const required = all.filter(([, { required: must }]) => must === true).map(([name]) => name);
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(required));
    },
  );

  it.each(steps.filter(([, step]) => !isWorkflow(step)))(
    'gives an action values that it reads, and all that it requires: %s',
    (_name, { uses = '', with: inputs = {} }) => {
      expect(() => readInputs(actionBehind(uses), (name) => given(name, inputs[name]))).not.toThrow();
    },
  );

  it.each(steps.filter(([, , { text }]) => text.includes('.outputs.')))(
    'reads outputs that there are: %s',
    (_name, _step, block) => {
      for (const [, id, output] of block.text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
        const step = stepsIn(block.text).find((each) => each.id === id);
        expect(Object.keys(interfaceOf(step?.uses ?? '')?.outputs ?? {})).toContain(output);
      }
    },
  );

  const workflows = yaml.filter(({ text }) => /^on:/m.test(text));

  it.each(named(workflows))('gives no more rights than it needs, and ends in time: %s', (_name, { text }) => {
    const workflow = parse(text) as WorkflowFile;
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs))
      if (job.uses === undefined) expect(job['timeout-minutes']).toEqual(expect.any(Number));
  });

  it.each(named(yaml))(
    'runs what is shell, and puts nothing into it that could be more than a word: %s',
    (_name, { text }) => {
      const visit = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        if ('run' in value) {
          expect(value.run).not.toContain('${{');
          const { status, stderr } = spawnSync('bash', ['-n'], {
            input: String(value.run),
            encoding: 'utf8',
          });
          expect([status, stderr]).toEqual([0, '']);
        }
        Object.values(value).forEach(visit);
      };
      visit(parse(text));
    },
  );

  it.each(named(workflows.filter(({ text }) => text.includes('schedule:'))))(
    'runs at an odd minute: %s',
    (_name, { text }) => {
      const { on } = parse(text) as { on: { schedule: { cron: string }[] } };
      for (const { cron } of on.schedule) expect(Number(cron.split(' ')[0]) % 5).not.toBe(0);
    },
  );
});
