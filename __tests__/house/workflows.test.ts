import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { majors } from '../servers/install.mjs';
import { read, ROOT, type Workflow } from './files.js';

const FOLDER = '.github/workflows';
const files = readdirSync(join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`);

describe.each(files)('%s', (file) => {
  const text = read(file);
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  it('pins every action by its full SHA, and says which version that is', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: *(.*)$/gm)].map(([, value = '']) => value);
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
    for (const value of uses) {
      if (value.startsWith('./')) continue;
      expect(value).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it('pins every image by its digest', () => {
    const images = jobs.flatMap(([, job]) => [
      ...(job.container === undefined ? [] : [job.container.image]),
      ...Object.values(job.services ?? {}).map(({ image }) => image),
    ]);
    for (const image of images) expect(image).toMatch(/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it('gives no permission but to read, and every job a limit of time', () => {
    expect(workflow.permissions).toEqual({});
    for (const [, job] of jobs) {
      expect([{}, { contents: 'read' }]).toContainEqual(job.permissions);
      expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
    }
  });

  it('leaves no credentials in a checkout', () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')))
      expect(step.with?.['persist-credentials']).toBe(false);
  });

  it('never puts an expression into a script', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });
});

describe('CI', () => {
  const { jobs } = parse(read(`${FOLDER}/ci.yml`)) as Workflow;

  it('has one job that waits for all others', () => {
    const others = Object.keys(jobs).filter((name) => name !== 'all-green');
    expect(jobs['all-green']?.needs?.toSorted()).toEqual(others.toSorted());
  });

  it('runs only parts that .ci/run has', () => {
    const has = [...read('.ci/run').matchAll(/^part_(\w+)\(\)/gm)].map(([, name]) => name);
    const runs = Object.values(jobs)
      .flatMap(({ steps }) => steps)
      .flatMap(({ run }) => [...(run ?? '').matchAll(/^\.ci\/run (.*)$/gm)])
      .flatMap(([, parts = '']) => parts.split(' '));
    expect([...new Set(runs)].toSorted()).toEqual(has.toSorted());
  });

  it('tests on majors that there are servers of', () => {
    const matrix =
      /postgres: \[(.*)\]/
        .exec(read(`${FOLDER}/ci.yml`))?.[1]
        ?.split(', ')
        .map(Number) ?? [];
    expect(matrix).toEqual([14, 15, 16, 17, 18]);
    for (const major of matrix) expect(majors()).toContain(major);
  });
});
