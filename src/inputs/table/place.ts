import { COMMANDS_WITH_STORAGE, type InputSpec } from '../spec.js';

/** Which database, which backup, and where backups live. */
export const PLACE = {
  'database-url': {
    type: 'secret',
    group: 'Database',
    groups: { status: 'What is checked' },
    commands: ['backup', 'restore', 'status'],
    placeholder: 'URL',
    descriptions: {
      restore:
        'The target: a libpq URI (`postgresql://user:password@host/db`) or keyword string; when empty, the standard `PG*` environment variables. Its database need not exist yet',
      status:
        'The database to hold against `max-database-bytes`, as the backup is given it; when empty, the standard `PG*` environment variables. Without that limit no database is asked',
    },
    description:
      'The database: a libpq URI (`postgresql://user:password@host/db`) or keyword string; when empty, the standard `PG*` environment variables',
  },
  databases: {
    type: 'list',
    group: 'Database',
    commands: ['backup'],
    placeholder: 'NAME',
    defaultText: "the URL's",
    description:
      'Names of databases on that server, one a line, or `*` for all that allow connections: one backup each',
  },
  backup: {
    type: 'selector',
    group: 'Storage',
    commands: ['restore', 'verify', 'check-migrations'],
    required: ['restore'],
    defaults: { verify: 'latest', 'check-migrations': 'latest-verified' },
    placeholder: 'WHICH',
    description:
      'The backup: `latest`, `latest-verified`, an id, or `before:<time>` for the newest whose snapshot is not later than that (`before:2026-11-20T09:00:00Z`)',
    descriptions: {
      verify:
        'The backup: `latest`, `latest-verified`, an id, `before:<time>`, or `random:7d` for any one of the last seven days',
      'check-migrations': 'The backup to try them on: `latest-verified`, `latest`, an id, or `before:<time>`',
    },
  },
  storage: {
    type: 'list',
    group: 'Storage',
    commands: COMMANDS_WITH_STORAGE,
    required: COMMANDS_WITH_STORAGE,
    placeholder: 'URL',
    description:
      'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`, one URL a line; a backup goes to all of them in one pass',
    descriptions: {
      list: 'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`',
      show: 'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`',
      import:
        'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; what is imported goes to all of them in one pass',
      delete:
        'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`, one URL a line; the backup is deleted from each',
      stats: 'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`',
      log: 'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`',
      status:
        'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`, one URL a line; each is judged by itself, and the worst decides',
      prune:
        'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`, one URL a line; each is pruned by itself',
      restore:
        'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`, one URL a line; the first that has the backup whole is read',
      verify:
        'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`, one URL a line; the first that has the backup is the one that is verified',
      'check-migrations':
        'Where backups live: `s3://bucket/prefix`, `artifact://` or `file:///path`, one URL a line; the first that has the backup whole is read',
    },
  },
  name: {
    type: 'string',
    group: 'Storage',
    commands: COMMANDS_WITH_STORAGE,
    defaults: { backup: '{database}', import: '{database}' },
    defaultText: 'the only one',
    placeholder: 'NAME',
    description: 'The family to look in; not needed where the storage holds only one',
    descriptions: {
      backup:
        'The family that the backup belongs to, `{database}` being the name of the database; backups of one family are listed together',
      import:
        'The family that the backups belong to, `{database}` being the name of the database where the dump says it: a plain dump without `--create` does not, and needs a name',
    },
  },
  label: {
    type: 'string',
    group: 'Storage',
    commands: ['backup', 'restore', 'verify', 'check-migrations', 'prune', 'import', 'list'],
    placeholder: 'TEXT',
    description: 'Look only at backups that carry this label',
    descriptions: {
      backup:
        'Free text such as `daily` that the backup carries; the `keep-` inputs then look only at backups with this label',
      prune: 'Look only at backups that carry this label; all others are kept',
      import:
        'Free text such as `daily` that the backups carry, by which they are pruned with others of that label',
    },
  },
} as const satisfies Record<string, InputSpec>;
