import type { Command, Group, InputSpec } from './spec.js';

/**
 * Every input, once. The typed reader, the command line and its help, each action.yml and the README's tables come
 * from here; `npm run docs` writes the generated ones.
 */
export const TABLE = {
  'database-url': {
    type: 'secret',
    group: 'Database',
    commands: ['backup', 'restore'],
    placeholder: 'URL',
    descriptions: {
      restore:
        'The target: a libpq URI (`postgresql://user:password@host/db`) or keyword string; when empty, the standard `PG*` environment variables. Its database need not exist yet',
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
    commands: ['restore', 'verify'],
    required: ['restore'],
    defaults: { verify: 'latest' },
    placeholder: 'WHICH',
    description:
      'The backup: `latest`, `latest-verified`, an id, or `before:<time>` for the newest whose snapshot is not later than that (`before:2026-11-20T09:00:00Z`)',
    descriptions: {
      verify:
        'The backup: `latest`, `latest-verified`, an id, `before:<time>`, or `random:7d` for any one of the last seven days',
    },
  },
  storage: {
    type: 'list',
    group: 'Storage',
    commands: ['backup', 'restore', 'verify', 'list', 'show'],
    required: ['backup', 'restore', 'verify', 'list', 'show'],
    placeholder: 'URL',
    description:
      'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; a backup goes to all of them in one pass',
    descriptions: {
      list: 'Where backups live: `s3://bucket/prefix` or `file:///path`',
      show: 'Where backups live: `s3://bucket/prefix` or `file:///path`',
      restore:
        'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; the first that has the backup whole is read',
      verify:
        'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; the first that has the backup is the one that is verified',
    },
  },
  name: {
    type: 'string',
    group: 'Storage',
    commands: ['backup', 'restore', 'verify', 'list', 'show'],
    defaults: { backup: '{database}' },
    defaultText: 'the only one',
    placeholder: 'NAME',
    description: 'The family to look in; not needed where the storage holds only one',
    descriptions: {
      backup:
        'The family that the backup belongs to, `{database}` being the name of the database; backups of one family are listed together',
    },
  },
  label: {
    type: 'string',
    group: 'Storage',
    commands: ['backup', 'restore', 'verify', 'list'],
    placeholder: 'TEXT',
    description: 'Look only at backups that carry this label',
    descriptions: { backup: 'Free text such as `daily` that the backup carries' },
  },
  format: {
    type: 'choice',
    values: ['custom', 'directory', 'plain'],
    group: 'What is dumped',
    commands: ['backup'],
    default: 'custom',
    description:
      "pg_dump's format: `custom`, `directory` (can be dumped in parallel, needs disk space) or `plain` (SQL)",
  },
  content: {
    type: 'choice',
    values: ['all', 'schema', 'data'],
    group: 'What is dumped',
    groups: { restore: 'What is restored' },
    commands: ['backup', 'restore'],
    default: 'all',
    description: '`all`, or only the `schema` (definitions), or only the `data` (rows)',
    descriptions: {
      restore:
        '`all` that the backup holds, or only the `schema` (definitions), or only the `data` (rows, into tables that are there)',
    },
  },
  schemas: {
    type: 'list',
    group: 'What is dumped',
    groups: { restore: 'What is restored' },
    commands: ['backup', 'restore'],
    placeholder: 'PATTERN',
    description: 'Dump only schemas that match one of these pg_dump patterns, one a line',
    descriptions: {
      restore:
        'Restore only schemas that match one of these pg_dump patterns, one a line; each must match something in the backup',
    },
  },
  'exclude-schemas': {
    type: 'list',
    group: 'What is dumped',
    commands: ['backup'],
    placeholder: 'PATTERN',
    description: 'Leave out schemas that match one of these pg_dump patterns, one a line',
  },
  tables: {
    type: 'list',
    group: 'What is dumped',
    groups: { restore: 'What is restored' },
    commands: ['backup', 'restore'],
    placeholder: 'PATTERN',
    description: 'Dump only tables that match one of these pg_dump patterns, one a line',
    descriptions: {
      restore:
        'Restore only tables (views, sequences) that match one of these pg_dump patterns, one a line; each must match something in the backup',
    },
  },
  'exclude-tables': {
    type: 'list',
    group: 'What is dumped',
    commands: ['backup'],
    placeholder: 'PATTERN',
    description: 'Leave out tables that match one of these pg_dump patterns, one a line',
  },
  'exclude-table-data': {
    type: 'list',
    group: 'What is dumped',
    commands: ['backup'],
    placeholder: 'PATTERN',
    description:
      'Dump the definition but not the rows of tables that match one of these pg_dump patterns, one a line',
  },
  globals: {
    type: 'boolean',
    group: 'What is dumped',
    commands: ['backup'],
    default: 'true',
    description: 'Also store the roles and tablespaces of the server, without passwords',
  },
  'dump-args': {
    type: 'list',
    group: 'What is dumped',
    commands: ['backup'],
    placeholder: 'ARG',
    description:
      'Further pg_dump arguments, one a line, such as `--no-comments`; those that change what is selected, the format, the output or the snapshot are refused',
  },
  confirm: {
    type: 'string',
    group: 'What is restored',
    commands: ['restore'],
    placeholder: 'NAME',
    description:
      "The target database's name once more; needed wherever the target is not empty, or is the database that the backup was made of",
  },
  mode: {
    type: 'choice',
    values: ['fresh', 'replace'],
    group: 'What is restored',
    commands: ['restore'],
    default: 'fresh',
    description:
      '`fresh`: the target must be empty or absent. `replace`: restore beside it, compare, then swap the two by renaming; the old database stays as `<name>_before_<id>`',
  },
  owner: {
    type: 'choice',
    values: ['auto', 'true', 'false'],
    group: 'What is restored',
    commands: ['restore'],
    default: 'auto',
    description:
      "Give each object its owner of then; `auto`: where all those roles exist and the target's role may act as them, and always in `replace`",
  },
  privileges: {
    type: 'choice',
    values: ['auto', 'true', 'false'],
    group: 'What is restored',
    commands: ['restore'],
    default: 'auto',
    description:
      'Restore grants too; `auto`: where all the roles that they name exist, and always in `replace`',
  },
  compare: {
    type: 'boolean',
    group: 'What is restored',
    commands: ['restore'],
    default: 'true',
    description:
      'Compare what was restored with the fingerprint of the backup, before anything is swapped; a difference fails the run',
  },
  'safety-backup': {
    type: 'string',
    group: 'What is restored',
    commands: ['restore'],
    placeholder: 'URL',
    description:
      'Back up the target to this storage before anything of it is changed; without such a backup nothing is restored',
  },
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
    commands: ['verify'],
    placeholder: 'TIME',
    description: 'Fail when the backup is older than this, such as `26h` or `8d`',
  },
  'allow-missing-extensions': {
    type: 'list',
    group: 'What is proved',
    commands: ['verify'],
    placeholder: 'NAME',
    description:
      'Extensions that cannot be had for the scratch server, one a line: what needs them is left out and reported as not verified',
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
  identity: {
    type: 'secret',
    multiline: true,
    group: 'How it is read',
    commands: ['restore', 'verify'],
    placeholder: 'KEY',
    description:
      'The age secret key (`AGE-SECRET-KEY-1...`) of one of the recipients, or the text of an identity file',
  },
  fingerprint: {
    type: 'choice',
    values: ['none', 'rows', 'content'],
    group: 'How it is stored',
    commands: ['backup'],
    default: 'rows',
    description:
      'What is recorded for later comparison: `rows` counts the rows of each table in the snapshot of the dump, `content` also hashes them, `none` reads nothing twice',
  },
  compression: {
    type: 'compression',
    group: 'How it is stored',
    commands: ['backup'],
    default: 'zstd',
    placeholder: 'METHOD',
    description: '`zstd[:1-19]`, `gzip[:1-9]`, `lz4` (pg_dump 16 or newer) or `none`',
  },
  recipients: {
    type: 'list',
    group: 'How it is stored',
    commands: ['backup'],
    placeholder: 'KEY',
    description:
      'Encrypt to these age public keys, one a line: the job can write backups that it cannot read',
  },
  passphrase: {
    type: 'secret',
    group: 'How it is stored',
    groups: { restore: 'How it is read', verify: 'How it is read' },
    commands: ['backup', 'restore', 'verify'],
    placeholder: 'TEXT',
    description: 'The age passphrase that the backup was encrypted with',
    descriptions: { backup: 'Encrypt with this age passphrase instead of to recipients' },
  },
  jobs: {
    type: 'workers',
    max: 64,
    group: 'How it runs',
    commands: ['backup', 'restore', 'verify'],
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
    commands: ['backup', 'restore'],
    default: 'false',
    descriptions: {
      restore:
        'Say what would be restored, replaced and left out, and whether versions, extensions, roles and disk space fit, but change nothing',
    },
    description:
      'Connect, find the programs, write and delete a probe in each storage and estimate the size, but dump nothing',
  },
  'postgres-version': {
    type: 'major',
    group: 'How it runs',
    commands: ['backup', 'restore', 'verify'],
    default: 'auto',
    placeholder: 'MAJOR',
    description:
      "Major version of the PostgreSQL programs to use; `auto` takes the server's own, or the nearest newer one to be had, with a warning",
  },
  'postgres-bin': {
    type: 'string',
    group: 'How it runs',
    commands: ['backup', 'restore', 'verify'],
    placeholder: 'FOLDER',
    description: 'Use the PostgreSQL programs in this folder and install nothing',
  },
} as const satisfies Record<string, InputSpec>;

export type InputName = keyof typeof TABLE;

/** The inputs that an action or command takes, in the table's order. */
export function inputsOf(command: Command): [InputName, InputSpec][] {
  return (Object.entries(TABLE) as [InputName, InputSpec][]).filter(([, spec]) =>
    spec.commands.includes(command),
  );
}

/** What an absent input is for a command, as one would write it; undefined when there is no default. */
export function defaultOf(spec: InputSpec, command: Command): string | undefined {
  return spec.defaults?.[command] ?? spec.default;
}

/** Whether a command cannot do without an input. */
export function isRequired(spec: InputSpec, command: Command): boolean {
  return spec.required?.includes(command) === true;
}

/** The heading that an input stands under. */
export function groupOf(spec: InputSpec, command: Command): Group {
  return spec.groups?.[command] ?? spec.group;
}

/** What an input means for a command, in one sentence without a full stop. */
export function describe(spec: InputSpec, command: Command): string {
  return spec.descriptions?.[command] ?? spec.description;
}
