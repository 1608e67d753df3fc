import { OUTPUTS } from './outputs.js';
import type { InputSpec } from './spec.js';
import { actionDefaultOf, describe, inputsOf, isRequired, type InputName } from './table.js';
import { AWS_SECRETS, jobInputs, WORKFLOWS, type JobInput, type Reusable } from './workflow-table.js';

// The commits stand in the workflows themselves, where Dependabot keeps them up to date (pins.ts).
export const CHECKOUT = 'actions/checkout@PIN';
const AWS_LOGIN = 'aws-actions/configure-aws-credentials@PIN';

/** A pull request of this repository's own, or no pull request at all. */
const NOT_A_FORK =
  '(github.event.pull_request == null || github.event.pull_request.head.repo.full_name == github.repository)';

export const quoted = (value: string | number | boolean): string => JSON.stringify(value);
export const expression = (text: string): string => `\${{ ${text} }}`;
export const indented = (depth: number, lines: readonly string[]): string[] =>
  lines.map((line) => ' '.repeat(depth) + line);

/** A job's own limit must be a number. */
export const TIMEOUT = expression('fromJSON(inputs.timeout-minutes)');

/**
 * The name of the secret that an input is given by: `database-url` is DATABASE_URL. GitHub stores secrets under no other
 * kind of name, and an environment's secret reaches a called workflow only under the very name that it is stored by.
 */
export function secretName(input: string): string {
  return input.toUpperCase().replaceAll('-', '_');
}

function taken(workflow: Reusable): [InputName, InputSpec][] {
  return inputsOf(workflow).filter(([name]) => WORKFLOWS[workflow].notTaken[name] === undefined);
}

/**
 * Switches are `boolean`, all else is text as for an action: GitHub makes text of a number, but refuses text for a
 * `number`, and that is what `workflow_dispatch` gives (github.com/actions/runner, TemplateEvaluator.Validate;
 * orgs/community#67182). Switches of text would suit GitHub too, but not actionlint.
 */
function inputYaml(workflow: Reusable, name: string, spec: InputSpec): string[] {
  const standard = actionDefaultOf(spec, workflow);
  const isSwitch = spec.type === 'boolean';
  return [
    `${name}:`,
    `  description: ${quoted(describe(spec, workflow))}`,
    `  type: ${isSwitch ? 'boolean' : 'string'}`,
    ...(isRequired(spec, workflow) ? ['  required: true'] : []),
    ...(standard === undefined ? [] : [`  default: ${isSwitch ? standard : quoted(standard)}`]),
  ];
}

export function jobInputYaml(name: string, input: JobInput): string[] {
  return [
    `${name}:`,
    `  description: ${quoted(input.description)}`,
    `  type: ${input.type}`,
    ...(input.default === undefined ? [] : [`  default: ${quoted(input.default)}`]),
  ];
}

function secretYaml(name: string, description: string): string[] {
  return [`${name}:`, `  description: ${quoted(description)}`];
}

/** What a caller gives and gets. */
function interfaceYaml(workflow: Reusable): string[] {
  const inputs = taken(workflow);
  return [
    'inputs:',
    ...indented(2, [
      ...inputs
        .filter(([, { type }]) => type !== 'secret')
        .flatMap(([name, spec]) => inputYaml(workflow, name, spec)),
      ...Object.entries(jobInputs(workflow)).flatMap(([name, input]) => jobInputYaml(name, input)),
    ]),
    '# None is required here: GitHub looks before the secrets of `environment` are there. What is missing the run names.',
    'secrets:',
    ...indented(2, [
      ...inputs
        .filter(([, { type }]) => type === 'secret')
        .flatMap(([name, spec]) => secretYaml(secretName(name), describe(spec, workflow))),
      ...Object.entries(AWS_SECRETS).flatMap(([name, description]) => secretYaml(name, description)),
    ]),
    'outputs:',
    ...indented(
      2,
      Object.entries(OUTPUTS[workflow]).flatMap(([name, { description }]) => [
        `${name}:`,
        `  description: ${quoted(description)}`,
        `  value: ${expression(`jobs.${workflow}.outputs.${name}`)}`,
      ]),
    ),
  ];
}

/** What comes before the action: nothing that holds a secret. */
function preparationYaml(workflow: Reusable): string[] {
  if (workflow !== 'check-migrations') return [];
  return [
    `- uses: ${CHECKOUT}`,
    '  with:',
    '    persist-credentials: false # the command could read the token',
    '- name: Set up',
    `  if: inputs.setup != '' && ${NOT_A_FORK}`,
    `  working-directory: ${expression('inputs.working-directory')}`,
    '  env:',
    `    SETUP: ${expression('inputs.setup')}`,
    '  run: bash -e -o pipefail -c "$SETUP"',
  ];
}

export function roleYaml(workflow: Reusable): string[] {
  const asked = "inputs.aws-role-to-assume != ''";
  return [
    '- name: Take the role on AWS',
    // The check of a fork's pull request is skipped, not red.
    `  if: ${workflow === 'check-migrations' ? `${asked} && ${NOT_A_FORK}` : asked}`,
    `  uses: ${AWS_LOGIN}`,
    '  with:',
    ...['role-to-assume', 'region', 'role-duration-seconds'].map((name) => {
      const theirs = name === 'region' ? 'aws-region' : name;
      return `    ${theirs}: ${expression(`inputs.aws-${name}`)}`;
    }),
  ];
}

function actionStepYaml(workflow: Reusable): string[] {
  return [
    '- id: pgkeep',
    "  # The action at the very commit of this workflow, whatever the caller's `@` names.",
    `  uses: $/${workflow}`,
    '  with:',
    ...taken(workflow).map(([name, { type }]) => {
      const from = type === 'secret' ? `secrets.${secretName(name)}` : `inputs.${name}`;
      return `    ${name}: ${expression(from)}`;
    }),
    '  env:',
    ...Object.keys(AWS_SECRETS).map((name) => `    ${name}: ${expression(`env.${name} || secrets.${name}`)}`),
  ];
}

function jobYaml(workflow: Reusable): string[] {
  const { queue } = WORKFLOWS[workflow];
  return [
    `runs-on: ${expression('inputs.runs-on')}`,
    `timeout-minutes: ${TIMEOUT}`,
    `environment: ${expression('inputs.environment')}`,
    'concurrency:',
    ...queue.why.map((line) => `  # ${line}`),
    `  group: ${queue.group}`,
    `  cancel-in-progress: ${queue.cancels}`,
    ...(queue.cancels ? [] : ['  queue: max']),
    'outputs:',
    ...Object.keys(OUTPUTS[workflow]).map(
      (name) => `  ${name}: ${expression(`steps.pgkeep.outputs.${name}`)}`,
    ),
    'steps:',
    ...indented(2, [...preparationYaml(workflow), ...roleYaml(workflow), ...actionStepYaml(workflow)]),
  ];
}

/** The reusable workflow of an action, which takes the action's own inputs; other people's actions have no pins yet. */
export function workflowYaml(workflow: Reusable): string {
  const permissions = Object.entries(WORKFLOWS[workflow].permissions);
  return [
    '# Generated from src/inputs by `npm run docs`. A job of yours calls it:',
    `#   uses: pgkeep/pgkeep/.github/workflows/${workflow}.yml@v1`,
    '#',
    '# It has the permissions of the calling job. It asks for none of its own, because GitHub refuses to start a run whose',
    '# called workflow asks for one that the caller does not give, used or not. So give what is needed, and no more:',
    ...permissions.map(([permission, why]) => `#   ${permission.padEnd(22)}${why}`),
    `name: pgkeep ${workflow}`,
    '',
    'on:',
    '  workflow_call:',
    ...indented(4, interfaceYaml(workflow)),
    '',
    'jobs:',
    `  ${workflow}:`,
    ...indented(4, jobYaml(workflow)),
    '',
  ].join('\n');
}
