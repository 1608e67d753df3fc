/** One output of an action: its name and what it holds. */
export interface OutputSpec {
  /** One sentence for users, without a full stop. */
  description: string;
}

/** Every output of the backup action, once: action.yml, the README and the type of what may be set come from here. */
export const BACKUP_OUTPUTS = {
  outcome: { description: '`success` or `failure`' },
  'backup-id': { description: 'Id of the backup, such as `20261120T020000Z-k3fd`' },
  manifest: { description: 'The manifest of the backup, as JSON' },
  locations: {
    description: 'Where the manifest is in each storage that holds the backup, as a JSON list of URLs',
  },
  bytes: { description: 'Size of the backup in storage' },
  'database-bytes': { description: 'Size of the database on its server' },
  'duration-seconds': { description: 'How long the backup took' },
  rows: { description: 'Rows in the backup, where they were counted' },
  backups: {
    description:
      'With several databases: a JSON list with `database`, `outcome` and the outputs of each, those that failed too; the other outputs are then those of the last one, sizes and rows their sums',
  },
} as const satisfies Record<string, OutputSpec>;

export type BackupOutput = keyof typeof BACKUP_OUTPUTS;
