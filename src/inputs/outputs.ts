import type { Action } from './spec.js';

/** One output of an action: its name and what it holds. */
export interface OutputSpec {
  /** One sentence for users, without a full stop. */
  description: string;
}

const OUTCOME = { description: '`success` or `failure`' } as const satisfies OutputSpec;
const ERROR = {
  description: 'What failed, in one line; empty where nothing did',
} as const satisfies OutputSpec;

/** Every output of the backup action, once: action.yml, the README and the type of what may be set come from here. */
export const BACKUP_OUTPUTS = {
  outcome: OUTCOME,
  error: ERROR,
  'backup-id': { description: 'Id of the backup, such as `20261120T020000Z-k3fd`' },
  manifest: { description: 'The manifest of the backup, as JSON' },
  locations: {
    description: 'Where the manifest is in each storage that holds the backup, as a JSON list of URLs',
  },
  bytes: { description: 'Size of the backup in storage' },
  'database-bytes': { description: 'Size of the database on its server' },
  'duration-seconds': { description: 'How long the backup took' },
  rows: { description: 'Rows in the backup, where they were counted' },
  removed: {
    description:
      'Ids of old backups that the `keep-` inputs removed, as a JSON list; of those that killed runs left too',
  },
  backups: {
    description:
      'With several databases: a JSON list with `database`, `outcome` and the outputs of each, those that failed too; the other outputs are then those of the last one, sizes and rows their sums',
  },
} as const satisfies Record<string, OutputSpec>;

/** The same of the restore action. */
export const RESTORE_OUTPUTS = {
  outcome: OUTCOME,
  error: ERROR,
  'backup-id': { description: 'Id of the backup that was restored' },
  'restored-database': {
    description: 'The database that now holds what the backup held; empty where nothing was put into place',
  },
  'previous-database': {
    description: 'With `mode: replace`: what the database that was there before is called now',
  },
  'duration-seconds': { description: 'How long the restore took' },
  matches: {
    description:
      'Whether what was restored equals the fingerprint of the backup: `true`, `false` or `not compared`',
  },
} as const satisfies Record<string, OutputSpec>;

/** The same of the verify action. */
export const VERIFY_OUTPUTS = {
  outcome: OUTCOME,
  error: ERROR,
  verified: {
    description:
      '`true` where all is well, else `false`: the backup differs, is older than `max-age`, or is not the newest because that one cannot be read',
  },
  report: {
    description:
      'The report as JSON: the verdict, the totals, and each thing that was compared; what was equal is left out where it is very much',
  },
  'backup-id': { description: 'Id of the backup that was verified' },
  'restore-seconds': { description: 'How long the restore into the scratch server took' },
  differences: { description: 'How many things are not as they should be' },
} as const satisfies Record<string, OutputSpec>;

/** The same of the check-migrations action. */
export const CHECK_MIGRATIONS_OUTPUTS = {
  outcome: {
    description:
      '`success`, `failure`, or `skipped` where nothing was checked: a pull request from a fork has no secrets',
  },
  error: ERROR,
  report: {
    description:
      'The report as JSON: the verdict, what decided it, each statement, lock, effect on the data and change of the schema',
  },
  'schema-diff': { description: 'What the migrations change of the schema, as text with `+` and `-`' },
  'rows-lost': {
    description: 'Rows that are gone: of tables that were dropped, and of those that have fewer',
  },
  'duration-seconds': { description: 'How long the command took' },
} as const satisfies Record<string, OutputSpec>;

/** The same of the prune action. */
export const PRUNE_OUTPUTS = {
  outcome: OUTCOME,
  error: ERROR,
  removed: {
    description:
      'Ids of what was removed, as a JSON list; with `dry-run` of what would be. What killed runs left is among them',
  },
  'removed-bytes': { description: 'What that weighs in all storages' },
  kept: { description: 'How many backups are left; of several storages, in the one that has the fewest' },
} as const satisfies Record<string, OutputSpec>;

/** The same of the status action. */
export const STATUS_OUTPUTS = {
  outcome: OUTCOME,
  error: ERROR,
  healthy: { description: '`true` where nothing is wrong in any storage, else `false`' },
  problems: {
    description: 'What is wrong, the gravest first: a JSON list with `kind`, `message`, `name` and `storage`',
  },
  'newest-backup-id': {
    description:
      'Id of the newest backup, empty where there is none; of several storages, in the one where it is the oldest',
  },
  'age-seconds': { description: 'How old that backup is, by its snapshot' },
  count: { description: 'How many backups there are; of several storages, in the one that has the fewest' },
  'total-bytes': { description: 'What the family takes in all storages' },
} as const satisfies Record<string, OutputSpec>;

/** The same of the fleet action. */
export const FLEET_OUTPUTS = {
  outcome: OUTCOME,
  error: ERROR,
  matrix: {
    description: 'The jobs for `strategy.matrix.include`, as a JSON list; from `plan`, as the next three are',
  },
  databases: { description: 'Names of the databases, one a line' },
  count: { description: 'How many databases there are' },
  id: { description: 'What `report` and `summary` are to be given as `id`' },
  failed: {
    description: 'Names of the databases that failed or did not report, as a JSON list; from `summary`',
  },
  report: {
    description:
      'A JSON list with `database`, `outcome`, `backup`, `bytes`, `rows`, `seconds` and `error` of each, `null` where it is not known; from `summary`',
  },
} as const satisfies Record<string, OutputSpec>;

/** The outputs of each action. */
export const OUTPUTS: Record<Action, Record<string, OutputSpec>> = {
  backup: BACKUP_OUTPUTS,
  restore: RESTORE_OUTPUTS,
  verify: VERIFY_OUTPUTS,
  'check-migrations': CHECK_MIGRATIONS_OUTPUTS,
  prune: PRUNE_OUTPUTS,
  status: STATUS_OUTPUTS,
  fleet: FLEET_OUTPUTS,
};

export type BackupOutput = keyof typeof BACKUP_OUTPUTS;
export type RestoreOutput = keyof typeof RESTORE_OUTPUTS;
export type VerifyOutput = keyof typeof VERIFY_OUTPUTS;
export type CheckMigrationsOutput = keyof typeof CHECK_MIGRATIONS_OUTPUTS;
export type PruneOutput = keyof typeof PRUNE_OUTPUTS;
export type StatusOutput = keyof typeof STATUS_OUTPUTS;
export type FleetOutput = keyof typeof FLEET_OUTPUTS;
