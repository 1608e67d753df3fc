import type { InputSpec } from '../spec.js';

const REHEARSED = { group: 'What is rehearsed', commands: ['check-migrations'] } as const;
const RED = { group: 'What makes it red', commands: ['check-migrations'] } as const;

/** Which migrations are tried on a backup, and what is not acceptable of them. */
export const MIGRATIONS = {
  command: {
    ...REHEARSED,
    type: 'string',
    multiline: true,
    required: ['check-migrations'],
    placeholder: 'COMMAND',
    description:
      'What runs the migrations, by the shell (bash, which stops at the first command that fails): finds the restored database in `DATABASE_URL` and `PG*`',
  },
  'working-directory': {
    ...REHEARSED,
    type: 'string',
    default: '.',
    placeholder: 'FOLDER',
    description: 'Where the command runs, from the root of the repository',
  },
  sanitize: {
    ...REHEARSED,
    type: 'string',
    placeholder: 'FILE',
    description:
      'A file of SQL, from the root of the repository, that is run on the restored database before the command may connect',
  },
  'fail-on': {
    ...RED,
    type: 'choices',
    values: ['error', 'data-loss', 'rewrite', 'lock'],
    default: 'error\ndata-loss',
    placeholder: 'WHAT',
    description:
      'What is not acceptable, one a line: `error`, `data-loss`, `rewrite` (a table is written anew), `lock` (reads or writes of a table would wait). The rest is reported',
  },
  // A command that hangs must end while the job has time left to say where.
  'max-duration': {
    ...RED,
    type: 'duration',
    default: '30m',
    placeholder: 'TIME',
    description: 'The command is ended after this time, such as `90s`, `10m` or `2h`, and the run is red',
  },
  'max-lock-duration': {
    ...RED,
    type: 'duration',
    placeholder: 'TIME',
    defaultText: '`1s` with `fail-on: lock`',
    description:
      'Red when a lock would have kept reads or writes of a table waiting for longer than this, such as `500ms`; it counts whatever `fail-on` says',
  },
  'approve-label': {
    ...RED,
    actionOnly: true,
    type: 'string',
    placeholder: 'LABEL',
    description:
      'A label of the pull request that accepts the loss of data, and nothing else: the run is green then, and the report says who put the label there',
  },
  comment: {
    actionOnly: true,
    group: 'Who is told',
    commands: ['check-migrations'],
    type: 'boolean',
    default: 'true',
    description:
      'Comment on the pull request: one comment, kept up to date; the job needs `permissions: pull-requests: write`',
  },
} as const satisfies Record<string, InputSpec>;
