import type { InputSpec } from '../spec.js';

const CHECKED = { group: 'What is checked', commands: ['status'] } as const;

/** From when on something is wrong with the backups, and what is looked at. */
export const STATUS = {
  'max-verify-age': {
    ...CHECKED,
    type: 'age',
    default: '8d',
    placeholder: 'TIME',
    description:
      'Unhealthy when the newest verification is older than this; where there is none, when the oldest backup is',
  },
  'max-storage-bytes': {
    ...CHECKED,
    type: 'size',
    placeholder: 'SIZE',
    description: 'Unhealthy when the family takes more than this in a storage, such as `500GB` or `10GiB`',
  },
  'max-database-bytes': {
    ...CHECKED,
    type: 'size',
    placeholder: 'SIZE',
    description:
      'Unhealthy when the database is larger than this on its server, which is asked for that alone; everything else is read from the storage',
  },
  badge: {
    ...CHECKED,
    type: 'string',
    placeholder: 'FILE',
    description: 'Write the JSON of a shields.io endpoint badge to this file',
  },
  report: {
    ...CHECKED,
    type: 'string',
    placeholder: 'FILE',
    description: 'Write all that is known of the backups to this file, as one HTML page',
  },
  since: {
    type: 'age',
    group: 'Storage',
    commands: ['log'],
    placeholder: 'TIME',
    description: 'Only runs that began in this time, such as `12h` or `7d`',
  },
} as const satisfies Record<string, InputSpec>;
