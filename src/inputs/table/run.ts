import type { InputSpec } from '../spec.js';

/** How pgkeep and its programs run. */
export const RUN = {
  jobs: {
    type: 'workers',
    max: 64,
    group: 'How it runs',
    commands: ['backup', 'restore', 'verify', 'check-migrations'],
    default: 'auto',
    defaults: { backup: '1' },
    placeholder: 'N',
    description: 'Tables and indexes that are restored at the same time; `auto`: one for each processor',
    descriptions: {
      backup:
        'Tables that pg_dump reads at the same time (`directory` format only); `auto`: one for each processor',
    },
  },
  'lock-timeout': {
    type: 'duration',
    group: 'How it runs',
    commands: ['backup'],
    default: '60s',
    placeholder: 'TIME',
    description:
      'How long pg_dump may wait for the lock on a table before the run fails, such as `30s` or `5m`',
  },
  'dry-run': {
    type: 'boolean',
    group: 'How it runs',
    commands: ['backup', 'restore', 'prune', 'import'],
    default: 'false',
    descriptions: {
      import: 'Read the files to their end and say what would be imported, but store nothing',
      prune: 'Say which backups would be removed, and why the others are kept, but remove nothing',
      restore:
        'Say what would be restored, replaced and left out, and whether versions, extensions, roles and disk space fit, but change nothing',
    },
    description:
      'Connect, find the programs, write and delete a probe in each storage and estimate the size, but dump nothing',
  },
  'postgres-version': {
    type: 'major',
    group: 'How it runs',
    commands: ['backup', 'restore', 'verify', 'check-migrations'],
    default: 'auto',
    placeholder: 'MAJOR',
    description:
      "Major version of the PostgreSQL programs to use; `auto` takes the server's own, or the nearest newer one to be had, with a warning",
    descriptions: {
      verify:
        "Major version of the scratch server, to see whether the backup restores there too; `auto` takes that of the backup's own server, or the nearest newer one to be had, with a warning",
      'check-migrations':
        "Major version of the scratch server; `auto` takes that of the backup's own server, or the nearest newer one to be had, with a warning",
    },
  },
  'postgres-bin': {
    type: 'string',
    group: 'How it runs',
    commands: ['backup', 'restore', 'verify', 'check-migrations', 'status', 'import'],
    placeholder: 'FOLDER',
    description: 'Use the PostgreSQL programs in this folder and install nothing',
  },
} as const satisfies Record<string, InputSpec>;
