import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { majors } from '../servers/install.mjs';
import { read } from './files.js';
import {
  callInterface,
  cronsOf,
  interfaceOf,
  STARTER_FILES,
  stepsOf,
  WORKFLOW_FILES,
  workflowIn,
} from './workflow-files.js';

/** What jobs may do beside reading the repository; every other job may do no more than that. */
const MAY: Record<string, Record<string, string>> = {
  'codeql.yml analyze': { 'security-events': 'write' },
  'prober.yml probe': { actions: 'write' },
  'prober.yml tell': { issues: 'write' },
  'release.yml draft': { contents: 'write' },
  'release.yml tag': { contents: 'write' },
  'release.yml npm': { 'id-token': 'write' },
  'release.yml move-major': { contents: 'write' },
  'release.yml pins': { contents: 'write', 'pull-requests': 'write' },
};

/** The one step that needs the credentials of its checkout: it pushes. */
const PUSHES = 'release.yml pins';

/** The reusable workflows for others: what their jobs may do is what the caller says. */
function isForOthers(file: string): boolean {
  const call = callInterface(workflowIn(file));
  return call !== undefined && Object.keys(call.inputs).length > 0;
}

describe.each([...WORKFLOW_FILES, ...STARTER_FILES])('%s', (file) => {
  const text = read(file);
  const workflow = workflowIn(file);
  const jobs = Object.entries(workflow.jobs);

  it("pins every action by its full SHA, and says which version that is, but for the project's own", () => {
    const lines = [...text.matchAll(/^ *(?:- )?uses: *(.*)$/gm)].map(([, value = '']) => value);
    const uses = [...jobs.map(([, job]) => job), ...stepsOf(workflow)].flatMap((each) => each.uses ?? []);
    expect(lines).toHaveLength(uses.length);
    for (const line of lines) {
      if (/^(?:\.\/|\$\/\w)/.test(line) || interfaceOf(line.split(' ')[0] ?? '') !== undefined) continue;
      expect(line).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it('pins every image by its digest', () => {
    const images = jobs.flatMap(([, job]) => [
      ...(job.container === undefined ? [] : [job.container.image]),
      ...Object.values(job.services ?? {}).map(({ image }) => image),
    ]);
    for (const image of images) expect(image).toMatch(/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it('ends every job some time', () => {
    const limit = file.startsWith('workflows-templates/') ? 360 : 30;
    for (const [, job] of jobs.filter(([, { uses }]) => uses === undefined)) {
      const minutes = job['timeout-minutes'];
      if (isForOthers(file) && typeof minutes === 'string')
        expect(minutes).toBe('${{ fromJSON(inputs.timeout-minutes) }}');
      else expect(minutes).toBeLessThanOrEqual(limit);
    }
  });

  it('leaves no credentials in a checkout', () => {
    for (const [name, { steps = [] }] of jobs)
      for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')))
        expect(step.with?.['persist-credentials']).toBe(`${file.split('/').at(-1)} ${name}` === PUSHES);
  });

  it('never puts an expression into a script', () => {
    for (const { run } of stepsOf(workflow)) expect(run ?? '').not.toContain('${{');
  });

  it("never runs on an event that gives its secrets to a stranger's code", () => {
    expect(JSON.stringify(workflow.on)).not.toMatch(/pull_request_target|workflow_run/);
  });

  it('runs by itself at minutes when GitHub is not busy', () => {
    for (const cron of cronsOf(workflow)) expect(Number(cron.split(' ')[0]) % 5).not.toBe(0);
  });
});

describe.each(WORKFLOW_FILES.filter((file) => !isForOthers(file)))('the permissions of %s', (file) => {
  const { permissions, jobs } = workflowIn(file);

  it('are none, but for those of its jobs, and these no more than they need', () => {
    expect(permissions).toEqual({});
    for (const [name, job] of Object.entries(jobs)) {
      const allowed = { contents: 'read', ...MAY[`${file.split('/').at(-1)} ${name}`] };
      expect({ contents: 'read', ...job.permissions }).toEqual(allowed);
      expect(job.permissions).toBeDefined();
    }
  });

  it('are not listed here for jobs that do not exist', () => {
    const own = Object.keys(MAY).filter((key) => key.startsWith(`${file.split('/').at(-1)} `));
    for (const key of own) expect(Object.keys(jobs)).toContain(key.split(' ')[1]);
  });
});

describe('CI', () => {
  const ci = workflowIn('.github/workflows/ci.yml');
  const { jobs } = ci;

  it('has one job that waits for all others', () => {
    const others = Object.keys(jobs).filter((name) => name !== 'all-green');
    expect([jobs['all-green']?.needs].flat().toSorted()).toEqual(others.toSorted());
  });

  it('runs only parts that .ci/run has', () => {
    const has = [...read('.ci/run').matchAll(/^part_(\w+)\(\)/gm)].map(([, name]) => name);
    const runs = stepsOf(ci)
      .flatMap(({ run }) => [...(run ?? '').matchAll(/^\.ci\/run (.*)$/gm)])
      .flatMap(([, parts = '']) => parts.split(' '));
    expect([...new Set(runs)].toSorted()).toEqual(has.toSorted());
  });

  it('tests on majors that there are servers of', () => {
    const matrix =
      /postgres: \[(.*)\]/.exec(read('.github/workflows/ci.yml'))?.[1]?.split(', ').map(Number) ?? [];
    expect(matrix).toEqual([14, 15, 16, 17, 18]);
    for (const major of matrix) expect(majors()).toContain(major);
  });
});

describe('Dependabot', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: {
      'package-ecosystem': string;
      directory?: string;
      directories?: string[];
      cooldown?: object;
      ignore: { 'dependency-name': string }[];
    }[];
  };
  const of = (ecosystem: string) => updates.filter((update) => update['package-ecosystem'] === ecosystem);

  it('updates the pins of the workflows and of the starters together, and leaves our own', () => {
    expect(of('github-actions')).toMatchObject([
      {
        directories: ['/', '/workflows-templates'],
        groups: { actions: { patterns: ['*'] } },
        ignore: [{ 'dependency-name': 'pgkeep/pgkeep*' }],
      },
    ]);
  });

  it('offers nothing that typescript-eslint cannot read', () => {
    const { peerDependencies } = JSON.parse(read('node_modules/typescript-eslint/package.json')) as {
      peerDependencies: { typescript: string };
    };
    const below = /<(\S+)$/.exec(peerDependencies.typescript)?.[1];
    expect(of('npm')[0]?.ignore).toContainEqual({
      'dependency-name': 'typescript',
      versions: [`>=${below}`],
    });
  });

  it('takes no version before others had time to look at it', () => {
    for (const { cooldown } of updates) expect(cooldown).toEqual({ 'default-days': 7 });
  });
});

describe('the prober', () => {
  const { jobs } = workflowIn('.github/workflows/prober.yml');
  const uses = (jobs['probe']?.steps ?? []).filter((step) => interfaceOf(step.uses ?? '') !== undefined);

  it('does not start, red, before there is a release to probe, nor in a fork', () => {
    expect(jobs['released']?.if).toBe("github.repository == 'pgkeep/pgkeep'");
    expect(jobs['probe']).toMatchObject({
      needs: 'released',
      if: "needs.released.outputs.v1 == 'true'",
    });
  });

  it('gives each of its servers a family of its own: another database would make the next backup red', () => {
    expect(uses).toHaveLength(5);
    for (const step of uses) expect(step.with?.['name']).toBe('${{ env.FAMILY }}');
    expect(read('.github/workflows/prober.yml')).toContain(
      'FAMILY: prober-${{ github.run_id }}-${{ github.run_attempt }}',
    );
  });

  it('leaves nothing for longer than a few days', () => {
    const backups = uses.filter(({ uses: used }) => used === 'pgkeep/pgkeep@v1');
    expect(backups).toHaveLength(2);
    for (const { with: given } of backups)
      expect(given).toMatchObject({ 'keep-last': 1, 'artifact-retention-days': 3 });
  });
});
