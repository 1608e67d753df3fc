import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { REUSABLE, WORKFLOWS, type Reusable } from '../../src/inputs/workflow-table.js';
import { read } from './files.js';
import { callInterface, workflowIn, type AnyJob, type Interface } from './workflow-files.js';

interface Metadata {
  inputs: Record<string, { description: string; required?: boolean; default?: string }>;
  outputs: Record<string, { description: string }>;
}

/** Inputs of the action that are secrets: shown nowhere, so the workflow takes them as such. */
const SECRETS = [
  'database-url',
  'passphrase',
  'identity',
  'scratch-url',
  'notify-slack',
  'notify-webhook',
  'healthcheck-url',
];

const AWS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** What every workflow takes beside the inputs of its action. */
const OF_THE_JOB = {
  'runs-on': { type: 'string', default: 'ubuntu-latest' },
  'timeout-minutes': { type: 'string', default: expect.stringMatching(/^\d+$/) as unknown },
  environment: { type: 'string' },
  'aws-role-to-assume': { type: 'string' },
  'aws-region': { type: 'string' },
  'aws-role-duration-seconds': { type: 'string', default: '3600' },
};

const CONCURRENCY: Record<Reusable, object> = {
  backup: {
    group: "pgkeep-${{ inputs.name || '{database}' }}",
    'cancel-in-progress': false,
    queue: 'max',
  },
  verify: {
    group: "pgkeep-${{ inputs.name || '{database}' }}",
    'cancel-in-progress': false,
    queue: 'max',
  },
  restore: { group: 'pgkeep-restore-${{ inputs.name }}', 'cancel-in-progress': false, queue: 'max' },
  'check-migrations': {
    group:
      'pgkeep-check-migrations-${{ github.event.pull_request.number || github.ref }}-${{ inputs.name }}-${{ inputs.working-directory }}-${{ inputs.label }}-${{ inputs.postgres-version }}',
    'cancel-in-progress': true,
  },
  status: { group: 'pgkeep-status-${{ inputs.name }}', 'cancel-in-progress': false, queue: 'max' },
};

const stored = (input: string): string => input.toUpperCase().replaceAll('-', '_');

describe.each(REUSABLE)('the reusable workflow %s', (name) => {
  const file = `.github/workflows/${name}.yml`;
  const workflow = workflowIn(file);
  const call = callInterface(workflow) as Interface;
  const job = workflow.jobs[name] as AnyJob;
  const steps = job.steps ?? [];
  const action = parse(read(`${name}/action.yml`)) as Metadata;
  const notTaken = Object.keys(WORKFLOWS[name].notTaken);
  const taken = Object.entries(action.inputs).filter(([input]) => !notTaken.includes(input));
  const last = steps.at(-1);

  it('is called, and runs no other way', () => {
    expect(Object.keys(workflow.on)).toEqual(['workflow_call']);
    expect(Object.keys(workflow.jobs)).toEqual([name]);
  });

  it('takes every input of the action, with its meaning, but for those that it says why not', () => {
    for (const input of notTaken) expect(Object.keys(action.inputs)).toContain(input);
    const own = name === 'check-migrations' ? ['setup'] : [];
    const plain = taken.filter(([input]) => !SECRETS.includes(input));
    expect(Object.keys(call.inputs)).toEqual([
      ...plain.map(([input]) => input),
      ...own,
      ...Object.keys(OF_THE_JOB),
    ]);
    for (const [input, { description, required, default: standard }] of plain) {
      const given = call.inputs[input];
      expect([input, given?.description]).toEqual([input, description]);
      expect([input, given?.required]).toEqual([input, required]);
      // No number: GitHub refuses the text that workflow_dispatch makes of one.
      const type = /^(?:true|false)$/.test(standard ?? '') ? 'boolean' : 'string';
      expect([input, given?.type]).toEqual([input, type]);
      expect([input, given?.default]).toEqual([input, type === 'boolean' ? standard === 'true' : standard]);
    }
    for (const [input, expected] of Object.entries(OF_THE_JOB)) {
      const { description, ...rest } = call.inputs[input] ?? {};
      expect([input, rest]).toEqual([input, expected]);
      expect(description).toMatch(/^.{10,200}[^.]$/);
    }
  });

  it('takes secrets under names that GitHub stores secrets by, and requires none before its environment is there', () => {
    const own = taken.filter(([input]) => SECRETS.includes(input));
    expect(Object.keys(call.secrets)).toEqual([...own.map(([input]) => stored(input)), ...AWS]);
    for (const [input, { description }] of own) expect(call.secrets[stored(input)]).toEqual({ description });
    for (const secret of Object.keys(call.secrets)) {
      expect(secret).toMatch(/^(?!GITHUB_)[A-Z][A-Z0-9_]*$/);
      expect(call.secrets[secret]?.required).toBeUndefined();
    }
  });

  it('passes each on to the action of its own commit', () => {
    expect(last?.uses).toBe(`$/${name}`);
    expect(last?.with).toEqual(
      Object.fromEntries(
        taken.map(([input]) => [
          input,
          SECRETS.includes(input) ? `\${{ secrets.${stored(input)} }}` : `\${{ inputs.${input} }}`,
        ]),
      ),
    );
    expect(last?.env).toEqual(
      // A role that was taken before is in the job's environment; an empty secret must not hide it.
      Object.fromEntries(AWS.map((secret) => [secret, `\${{ env.${secret} || secrets.${secret} }}`])),
    );
  });

  it('gives back every output of the action', () => {
    expect(Object.keys(call.outputs)).toEqual(Object.keys(action.outputs));
    for (const [output, { description }] of Object.entries(action.outputs)) {
      expect(call.outputs[output]).toEqual({
        description,
        value: `\${{ jobs.${name}.outputs.${output} }}`,
      });
      expect(job.outputs?.[output]).toBe(`\${{ steps.${last?.id}.outputs.${output} }}`);
    }
  });

  it('has the permissions of its caller, asks for none, and says which may be needed', () => {
    expect(workflow.permissions).toBeUndefined();
    expect(job.permissions).toBeUndefined();
    const header = read(file).split('\nname:')[0];
    for (const permission of Object.keys(WORKFLOWS[name].permissions))
      expect(header).toMatch(new RegExp(`^#   ${permission} +\\S`, 'm'));
  });

  it('runs where and as long as it is told', () => {
    expect(job['runs-on']).toBe('${{ inputs.runs-on }}');
    expect(job['timeout-minutes']).toBe('${{ fromJSON(inputs.timeout-minutes) }}');
    expect(job.environment).toBe('${{ inputs.environment }}');
  });

  it('waits its turn, and cancels nothing that writes', () => {
    expect(workflow.concurrency).toBeUndefined();
    expect(job.concurrency).toEqual(CONCURRENCY[name]);
  });

  it('takes a role on AWS only where it is asked to, and gives a secret to no other step', () => {
    const [role] = steps.filter(({ uses }) => uses?.startsWith('aws-actions/'));
    expect(role?.if).toMatch(/^inputs\.aws-role-to-assume != ''/);
    expect(role?.with).toEqual({
      'role-to-assume': '${{ inputs.aws-role-to-assume }}',
      'aws-region': '${{ inputs.aws-region }}',
      'role-duration-seconds': '${{ inputs.aws-role-duration-seconds }}',
    });
    expect(JSON.stringify(steps.slice(0, -1))).not.toContain('secrets.');
  });
});

describe('the reusable migration check', () => {
  const { jobs } = workflowIn('.github/workflows/check-migrations.yml');
  const steps = jobs['check-migrations']?.steps ?? [];

  it('runs what the check needs before anything secret is there, and nothing of a fork', () => {
    const [checkout, setup, role] = steps;
    expect(checkout?.uses).toMatch(/^actions\/checkout@/);
    expect(setup?.env).toEqual({ SETUP: '${{ inputs.setup }}' });
    for (const step of [setup, role])
      expect(step?.if).toContain('github.event.pull_request.head.repo.full_name == github.repository');
  });
});
