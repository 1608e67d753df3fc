import type { InputSpec } from '../spec.js';

/** What a verification proves. */
export const VERIFY = {
  checks: {
    type: 'list',
    group: 'What is proved',
    commands: ['verify'],
    placeholder: 'SQL',
    description:
      'Queries of your own on the restored database, one a line; each must return one row with one true',
  },
  'expect-tables': {
    type: 'list',
    group: 'What is proved',
    commands: ['verify'],
    placeholder: 'TABLE',
    description: 'Tables that must be in the restored database, one a line, such as `public.orders`',
  },
  'max-age': {
    type: 'age',
    group: 'What is proved',
    groups: { status: 'What is checked' },
    commands: ['verify', 'status'],
    defaults: { status: '26h' },
    placeholder: 'TIME',
    descriptions: { status: 'Unhealthy when the newest backup is older than this, such as `26h` or `8d`' },
    description: 'Fail when the backup is older than this, such as `26h` or `8d`',
  },
  'allow-missing-extensions': {
    type: 'list',
    group: 'What is proved',
    groups: { 'check-migrations': 'What is rehearsed' },
    commands: ['verify', 'check-migrations'],
    placeholder: 'NAME',
    description:
      'Extensions that cannot be had for the scratch server, one a line: what needs them is left out and reported as not verified',
    descriptions: {
      'check-migrations':
        'Extensions that cannot be had for the scratch server, one a line: what needs them is left out, and the report says so',
    },
  },
  'scratch-url': {
    type: 'secret',
    group: 'What is proved',
    commands: ['verify'],
    placeholder: 'URL',
    description:
      'Restore into a database made for it on this server, and dropped again, instead of into a scratch server of its own',
  },
  control: {
    type: 'boolean',
    group: 'What is proved',
    commands: ['verify'],
    default: 'true',
    description:
      'After passing, damage the restored copy and require the comparison to notice: a check that finds nothing wrong with anything proves nothing',
  },
} as const satisfies Record<string, InputSpec>;
