import type { InputSpec } from '../spec.js';

const FLEET = { group: 'The fleet', commands: ['fleet'] } as const;
const REPORTED = {
  group: 'What a job of it reports',
  commands: ['fleet'],
  actionOnly: true,
  type: 'string',
} as const;

/** Many databases from one file: which, and what became of each. */
export const MEMBERS = {
  step: {
    ...FLEET,
    actionOnly: true,
    type: 'choice',
    values: ['plan', 'check', 'report', 'summary'],
    default: 'plan',
    description:
      '`plan` reads the file and gives the matrix of jobs; in each job `check` comes before the work and `report` after it; `summary` tells of all of them, in a job after them',
  },
  config: {
    ...FLEET,
    type: 'string',
    default: 'pgkeep.yml',
    placeholder: 'FILE',
    description: 'The file that names the databases, from the root of the repository',
  },
  action: {
    ...FLEET,
    type: 'choice',
    values: ['backup', 'verify'],
    default: 'backup',
    placeholder: 'ACTION',
    description: 'What is done to each database: `backup` or `verify`',
  },
  id: {
    ...FLEET,
    actionOnly: true,
    type: 'string',
    description: 'The `id` that the plan gave: it tells two fleets of one run apart',
  },
  expected: {
    ...FLEET,
    actionOnly: true,
    type: 'list',
    description: 'The `databases` that the plan gave: of each `summary` wants a report',
  },
  result: {
    ...FLEET,
    actionOnly: true,
    type: 'choice',
    values: ['success', 'failure', 'cancelled', 'skipped'],
    description: 'How the matrix ended, `needs.<job>.result`: a job that was killed has reported nothing',
  },
  secrets: {
    ...FLEET,
    actionOnly: true,
    type: 'secret',
    multiline: true,
    description:
      'Secrets by their names, as a JSON object: GitHub hides them as a whole, and `check` hides each that the database needs',
  },
  'missing-secrets': {
    ...FLEET,
    actionOnly: true,
    type: 'string',
    description:
      'Names of secrets that the file names and the job has not: `check` wants each of them in `secrets`',
  },
  database: { ...REPORTED, description: 'The database that the job is of, `matrix.database`' },
  outcome: { ...REPORTED, description: 'How the job has gone so far, `job.status`' },
  error: { ...REPORTED, description: 'The output `error` of the action that did the work' },
  'backup-id': { ...REPORTED, description: 'The output `backup-id` of it' },
  bytes: { ...REPORTED, description: 'The output `bytes` of it' },
  rows: { ...REPORTED, description: 'The output `rows` of it' },
  'duration-seconds': { ...REPORTED, description: 'How long it took, in seconds' },
} as const satisfies Record<string, InputSpec>;
