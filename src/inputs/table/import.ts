import type { InputSpec } from '../spec.js';

/** Dumps that were made by other means. */
export const IMPORT = {
  'taken-at': {
    type: 'time',
    group: 'What is imported',
    commands: ['import'],
    placeholder: 'TIME',
    defaultText:
      "the archive's own time, else a date in the file's name, else when the file was last written",
    description:
      'When the dump was taken, for one file (`2025-01-31T02:00:00Z`); a time without a zone is one of this machine',
  },
  'source-passphrase': {
    type: 'secret',
    group: 'What is imported',
    commands: ['import'],
    placeholder: 'TEXT',
    description: 'The passphrase that the files are encrypted with, by `openssl enc` or `age -p`',
  },
  'openssl-iterations': {
    type: 'number',
    min: 1,
    max: 100_000_000,
    group: 'What is imported',
    commands: ['import'],
    default: '10000',
    placeholder: 'N',
    description:
      'What `openssl enc -pbkdf2` was given as `-iter`; the cipher (AES in CBC mode), the digest and the old way without `-pbkdf2` are found out',
  },
} as const satisfies Record<string, InputSpec>;
