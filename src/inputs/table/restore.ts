import type { InputSpec } from '../spec.js';

/** What a restore may do, and how it is checked. */
export const RESTORE = {
  confirm: {
    type: 'string',
    group: 'What is restored',
    commands: ['restore', 'delete'],
    placeholder: 'NAME',
    groups: { delete: 'How it runs' },
    descriptions: {
      delete:
        'The id once more; needed for the newest backup, the newest verified one, and what is no whole backup',
    },
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
      "Restore grants too; `auto`: where all the roles that they name exist (default privileges: where the target's role may set them), and always in `replace`",
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
} as const satisfies Record<string, InputSpec>;
