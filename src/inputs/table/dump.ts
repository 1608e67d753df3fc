import type { InputSpec } from '../spec.js';

/** What of a database a backup holds, and what of a backup is restored. */
export const DUMP = {
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
} as const satisfies Record<string, InputSpec>;
