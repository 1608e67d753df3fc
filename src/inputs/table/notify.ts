import type { InputSpec } from '../spec.js';

const EVERYWHERE = ['backup', 'restore', 'verify', 'prune', 'status'] as const;

/** Who is told how a run ended. */
export const NOTIFY = {
  'notify-slack': {
    type: 'secret',
    group: 'Who is told',
    commands: EVERYWHERE,
    placeholder: 'URL',
    description: 'The URL of a Slack incoming webhook that is told how the run ended',
  },
  'notify-webhook': {
    type: 'secret',
    group: 'Who is told',
    commands: EVERYWHERE,
    placeholder: 'URL',
    description: 'A URL that is sent the same as JSON, by POST',
  },
  'notify-on': {
    type: 'choice',
    values: ['failure', 'always', 'change'],
    group: 'Who is told',
    commands: EVERYWHERE,
    default: 'failure',
    description:
      'When these two are told: of each `failure`, `always`, or when a run ends in another way than the one before it (`change`): the first failure and the recovery',
  },
  'healthcheck-url': {
    type: 'secret',
    group: 'Who is told',
    commands: EVERYWHERE,
    placeholder: 'URL',
    description:
      'A URL of healthchecks.io or its kin, pinged at the start (`/start`), after success and after failure (`/fail`): it raises the alarm when no run comes at all',
  },
  issue: {
    type: 'boolean',
    default: 'false',
    group: 'Who is told',
    commands: ['status'],
    description:
      'Open one GitHub issue when unhealthy, keep it up to date, and close it when healthy again (everybody can read those of a public repository); the job needs `permissions: issues: write`',
  },
} as const satisfies Record<string, InputSpec>;
