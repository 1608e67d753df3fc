import { FLEET_OUTPUTS } from '../inputs/outputs.js';
import { AWS_SECRETS, jobInputs, type JobInput } from '../inputs/workflow-table.js';
import {
  CHECKOUT,
  expression,
  indented,
  jobInputYaml,
  quoted,
  roleYaml,
  TIMEOUT,
} from '../inputs/workflows.js';
import { ENVIRONMENT, FLEET_ACTIONS, FLEET_KEYS, keysOf, type FleetAction, type FleetKey } from './keys.js';

/** The inputs of the workflow beside those that say what its jobs run on. */
const INPUTS: Readonly<Record<string, JobInput>> = {
  config: {
    type: 'string',
    description: 'The file in your repository that names the databases',
    default: 'pgkeep.yml',
  },
  action: {
    type: 'string',
    description: 'What is done to each database: `backup` or `verify`',
    default: 'backup',
  },
  'max-parallel': {
    type: 'string',
    description: 'How many databases have their turn at the same time',
    default: '10',
  },
};

const SECRETS: Readonly<Record<string, string>> = {
  SECRETS:
    'The secrets that the file names, as a JSON object in one line; not needed with `secrets: inherit`, which GitHub knows only inside one organization',
  ...AWS_SECRETS,
};

/** What `summary` tells those who call the workflow. */
const TOLD = ['failed', 'report'] as const;

/** A file's own word for the value; a secret by the name that the file gives. */
function valueOf({ key, input, spec }: FleetKey): string {
  if (spec.type === 'secret')
    return expression(`secrets[matrix.${key}] || fromJSON(secrets.SECRETS || '{}')[matrix.${key}]`);
  return expression(input === 'dry-run' ? `inputs.dry-run || matrix.${key}` : `matrix.${key}`);
}

function actionStepYaml(action: FleetAction): string[] {
  return [
    `- id: ${action}`,
    `  if: inputs.action == '${action}'`,
    `  uses: $/${action}`,
    '  with:',
    ...keysOf(action).map((known) => `    ${known.input}: ${valueOf(known)}`),
    '  env:',
    ...Object.keys(AWS_SECRETS).map((name) => `    ${name}: ${expression(`env.${name} || secrets.${name}`)}`),
  ];
}

/** The names of secrets that the file names and that hold nothing. */
function missingYaml(): string[] {
  const secrets = [...FLEET_KEYS.values()].filter(({ spec }) => spec.type === 'secret');
  return secrets.map(({ key }) => expression(`!secrets[matrix.${key}] && matrix.${key} || ''`));
}

/** The first that was set, of the steps that may have set it. */
function firstOutput(...outputs: readonly string[]): string {
  return expression(outputs.map((output) => `steps.${output}`).join(' || '));
}

function reportYaml(): string[] {
  const bothGive = (name: string) => FLEET_ACTIONS.map((action) => `${action}.outputs.${name}`);
  return [
    '- name: Report',
    '  if: always()',
    '  uses: $/fleet',
    '  with:',
    ...indented(4, [
      'step: report',
      `id: ${expression('needs.plan.outputs.id')}`,
      `database: ${expression('matrix.database')}`,
      `outcome: ${expression('job.status')}`,
      `error: ${firstOutput('secrets.outputs.error', ...bothGive('error'))}`,
      `backup-id: ${firstOutput(...bothGive('backup-id'))}`,
      `bytes: ${firstOutput('backup.outputs.bytes')}`,
      `rows: ${firstOutput('backup.outputs.rows')}`,
      `duration-seconds: ${firstOutput('backup.outputs.duration-seconds', 'verify.outputs.restore-seconds')}`,
    ]),
  ];
}

function planJobYaml(): string[] {
  return [
    `runs-on: ${expression('inputs.runs-on')}`,
    'timeout-minutes: 10',
    'permissions:',
    '  contents: read # for the file',
    'outputs:',
    ...['matrix', 'databases', 'id'].map((name) => `  ${name}: ${expression(`steps.plan.outputs.${name}`)}`),
    'steps:',
    `  - uses: ${CHECKOUT}`,
    '    with:',
    '      persist-credentials: false',
    '  - id: plan',
    "    # The action at the very commit of this workflow, whatever the caller's `@` names.",
    '    uses: $/fleet',
    '    with:',
    `      config: ${expression('inputs.config')}`,
    `      action: ${expression('inputs.action')}`,
  ];
}

function databaseJobYaml(): string[] {
  return [
    `name: ${expression('inputs.action')} ${expression('matrix.database')}`,
    'needs: plan',
    `runs-on: ${expression('inputs.runs-on')}`,
    `timeout-minutes: ${TIMEOUT}`,
    `environment: ${expression(`matrix.${ENVIRONMENT} || inputs.environment`)}`,
    'strategy:',
    '  fail-fast: false # one database that is down keeps no other from its backup',
    `  max-parallel: ${expression('fromJSON(inputs.max-parallel)')}`,
    '  matrix:',
    `    include: ${expression('fromJSON(needs.plan.outputs.matrix)')}`,
    'concurrency:',
    '  # As in backup.yml and its like: whatever is done to one family takes turns, waits, and is not cancelled.',
    `  group: pgkeep-${expression('matrix.name')}`,
    '  cancel-in-progress: false',
    '  queue: max',
    'steps:',
    ...indented(2, [
      '- id: secrets',
      '  # Hides what comes out of SECRETS. A passphrase that has gone missing must not end in a plaintext backup.',
      '  uses: $/fleet',
      '  with:',
      '    step: check',
      `    secrets: ${expression('secrets.SECRETS')}`,
      '    missing-secrets: >-',
      ...indented(6, missingYaml()),
      ...roleYaml('backup'),
      ...FLEET_ACTIONS.flatMap(actionStepYaml),
      ...reportYaml(),
    ]),
  ];
}

function summaryJobYaml(): string[] {
  return [
    'needs: [plan, database]',
    "if: always() && needs.plan.result == 'success'",
    `runs-on: ${expression('inputs.runs-on')}`,
    'timeout-minutes: 10',
    'permissions: {} # the reports are artifacts of this run, which need none',
    'outputs:',
    ...TOLD.map((name) => `  ${name}: ${expression(`steps.summary.outputs.${name}`)}`),
    'steps:',
    '  - id: summary',
    '    uses: $/fleet',
    '    with:',
    '      step: summary',
    `      action: ${expression('inputs.action')}`,
    `      id: ${expression('needs.plan.outputs.id')}`,
    `      expected: ${expression('needs.plan.outputs.databases')}`,
    `      result: ${expression('needs.database.result')}`,
  ];
}

/** The reusable workflow of a fleet: a plan, a job for each database, and a summary. */
export function fleetYaml(): string {
  return [
    '# Generated from src/fleet by `npm run docs`. A job of yours calls it:',
    '#   uses: pgkeep/pgkeep/.github/workflows/fleet.yml@v1',
    '#',
    '# Your file says by which names the jobs find their secrets, and the calling job passes these as one object. GitHub',
    '# hides each line of a secret, so that a brace in a line of its own would be hidden everywhere: `>-` makes one line.',
    '#   secrets:',
    '#     SECRETS: >-',
    `#       {"SHOP_DATABASE_URL": ${expression('toJSON(secrets.SHOP_DATABASE_URL)')},`,
    `#        "CRM_DATABASE_URL": ${expression('toJSON(secrets.CRM_DATABASE_URL)')}}`,
    '#',
    '# The job of each database has the permissions of the calling job, so give what is needed, and no more:',
    '#   contents: read        always: the file is read from your repository',
    '#   actions: write        with `artifact://`: artifacts are listed, read and deleted',
    '#   id-token: write       with `aws-role-to-assume`',
    'name: pgkeep fleet',
    '',
    'on:',
    '  workflow_call:',
    '    inputs:',
    ...indented(6, [
      ...Object.entries(INPUTS).flatMap(([name, input]) => jobInputYaml(name, input)),
      'dry-run:',
      `  description: ${quoted('Try each database and storage, but dump nothing; for `backup`')}`,
      '  type: boolean',
      '  default: false',
      ...Object.entries(jobInputs('backup')).flatMap(([name, input]) => jobInputYaml(name, input)),
    ]),
    '    secrets:',
    ...indented(
      6,
      Object.entries(SECRETS).flatMap(([name, description]) => [
        `${name}:`,
        `  description: ${quoted(description)}`,
      ]),
    ),
    '    outputs:',
    ...indented(
      6,
      TOLD.flatMap((name) => [
        `${name}:`,
        `  description: ${quoted(FLEET_OUTPUTS[name].description)}`,
        `  value: ${expression(`jobs.summary.outputs.${name}`)}`,
      ]),
    ),
    '',
    'jobs:',
    ...indented(2, [
      'plan:',
      ...indented(2, planJobYaml()),
      '',
      'database:',
      ...indented(2, databaseJobYaml()),
      '',
      'summary:',
      ...indented(2, summaryJobYaml()),
    ]),
    '',
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}
