import type { Command, InputSpec } from './spec.js';

/**
 * Every input, once. The typed reader, the command line and its help, each action.yml and the README's tables come
 * from here; `npm run docs` writes the generated ones.
 */
export const TABLE = {
  'database-url': {
    type: 'secret',
    group: 'Database',
    commands: ['backup'],
    placeholder: 'URL',
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
  storage: {
    type: 'list',
    group: 'Storage',
    commands: ['backup', 'list', 'show'],
    required: true,
    placeholder: 'URL',
    description:
      'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; a backup goes to all of them in one pass',
    reading: 'Where backups live: `s3://bucket/prefix` or `file:///path`',
  },
  name: {
    type: 'string',
    group: 'Storage',
    commands: ['backup', 'list', 'show'],
    default: '{database}',
    defaultFor: ['backup'],
    placeholder: 'NAME',
    description:
      'The family that the backup belongs to, `{database}` being the name of the database; backups of one family are listed together',
    reading: 'The family to look in; not needed where the storage holds only one',
  },
  label: {
    type: 'string',
    group: 'Storage',
    commands: ['backup', 'list'],
    placeholder: 'TEXT',
    description: 'Free text such as `daily` that the backup carries',
    reading: 'Show only backups that carry this label',
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
    commands: ['backup'],
    default: 'all',
    description: '`all`, or only the `schema` (definitions), or only the `data` (rows)',
  },
  schemas: {
    type: 'list',
    group: 'What is dumped',
    commands: ['backup'],
    placeholder: 'PATTERN',
    description: 'Dump only schemas that match one of these pg_dump patterns, one a line',
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
    commands: ['backup'],
    placeholder: 'PATTERN',
    description: 'Dump only tables that match one of these pg_dump patterns, one a line',
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
    commands: ['backup'],
    placeholder: 'TEXT',
    description: 'Encrypt with this age passphrase instead of to recipients',
  },
  jobs: {
    type: 'integer',
    min: 1,
    max: 64,
    group: 'How it runs',
    commands: ['backup'],
    default: '1',
    placeholder: 'N',
    description: 'Tables that pg_dump reads at the same time (`directory` format only)',
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
    commands: ['backup'],
    default: 'false',
    description:
      'Connect, find the programs, write and delete a probe in each storage and estimate the size, but dump nothing',
  },
  'postgres-version': {
    type: 'major',
    group: 'How it runs',
    commands: ['backup'],
    default: 'auto',
    placeholder: 'MAJOR',
    description:
      "Major version of the PostgreSQL programs to use; `auto` takes the server's own, or the nearest newer one to be had, with a warning",
  },
  'postgres-bin': {
    type: 'string',
    group: 'How it runs',
    commands: ['backup'],
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
  return spec.defaultFor === undefined || spec.defaultFor.includes(command) ? spec.default : undefined;
}

/** What an input means for a command, in one sentence without a full stop. */
export function describe(spec: InputSpec, command: Command): string {
  return command === 'backup' ? spec.description : (spec.reading ?? spec.description);
}
