import type { InputSpec } from '../spec.js';

const WHERE = {
  group: 'What is kept',
  groups: { status: 'What the report shows' },
  commands: ['backup', 'prune', 'status'],
} as const;

/** Which backups are kept, as restic's `forget` has it. */
export const RETENTION = {
  'keep-last': {
    ...WHERE,
    type: 'count',
    placeholder: 'N',
    description:
      'Keep the newest N backups, or `unlimited`. Without any `keep-` input nothing is removed; with several, what any of them keeps',
    descriptions: {
      status:
        'As the backup or prune job has it: the report then shows what the next prune would remove. Status itself removes nothing',
    },
  },
  'keep-hourly': {
    ...WHERE,
    type: 'count',
    placeholder: 'N',
    description: 'Keep the newest backup of each of the last N hours that have one',
  },
  'keep-daily': {
    ...WHERE,
    type: 'count',
    placeholder: 'N',
    description: 'The same of days, in UTC',
  },
  'keep-weekly': {
    ...WHERE,
    type: 'count',
    placeholder: 'N',
    description: 'The same of weeks, which begin on Monday',
  },
  'keep-monthly': {
    ...WHERE,
    type: 'count',
    placeholder: 'N',
    description: 'The same of months',
  },
  'keep-yearly': {
    ...WHERE,
    type: 'count',
    placeholder: 'N',
    description: 'The same of years',
  },
  'keep-within': {
    ...WHERE,
    type: 'within',
    placeholder: 'SPAN',
    description:
      'Keep every backup made in this span before the newest one: `30d`, `1y6m`, `12h` (`m` is months)',
  },
  'prune-dry-run': {
    type: 'boolean',
    group: 'What is kept',
    commands: ['backup'],
    default: 'false',
    description: 'Make the backup, and only say which old ones would be removed',
  },
  'max-size-change': {
    type: 'percent',
    group: 'What is kept',
    groups: { status: 'What is checked' },
    commands: ['backup', 'status'],
    placeholder: 'PERCENT',
    descriptions: {
      status:
        'Unhealthy when size or number of rows of the newest backup differ by more than this (`50%`) from the median of the five before it',
    },
    description:
      'A backup whose size or number of rows differs by more than this (`50%`) from the median of the last five, or in which a table has lost all its rows, is kept, but the run is red and removes nothing',
  },
} as const satisfies Record<string, InputSpec>;
