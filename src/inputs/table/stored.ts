import type { InputSpec } from '../spec.js';

/** How a backup is stored, and read again. */
export const STORED = {
  identity: {
    type: 'secret',
    multiline: true,
    group: 'How it is read',
    groups: { import: 'What is imported' },
    commands: ['restore', 'verify', 'check-migrations', 'import'],
    placeholder: 'KEY',
    description:
      'The age secret key (`AGE-SECRET-KEY-1...`) of one of the recipients, or the text of an identity file',
    descriptions: {
      import:
        'The age secret key that opens the files, where age encrypts them: they are read to their end before they are stored',
    },
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
    commands: ['backup', 'import'],
    placeholder: 'KEY',
    description:
      'Encrypt to these age public keys, one a line: the job can write backups that it cannot read',
    descriptions: { import: 'Encrypt what is imported to these age public keys, one a line' },
  },
  passphrase: {
    type: 'secret',
    group: 'How it is stored',
    groups: { restore: 'How it is read', verify: 'How it is read', 'check-migrations': 'How it is read' },
    commands: ['backup', 'restore', 'verify', 'check-migrations', 'import'],
    placeholder: 'TEXT',
    description: 'The age passphrase that the backup was encrypted with',
    descriptions: {
      backup: 'Encrypt with this age passphrase instead of to recipients',
      import: 'Encrypt what is imported with this age passphrase instead of to recipients',
    },
  },
} as const satisfies Record<string, InputSpec>;
