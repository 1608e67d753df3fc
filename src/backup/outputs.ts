import type { BackupOutput } from '../inputs/outputs.js';
import { removedIds } from '../retention/prune.js';
import { totalsOf, type RunResult } from './result.js';
import type { BackupResult } from './types.js';

type Outputs = Partial<Record<BackupOutput, unknown>>;

/** The outputs of a run but for its `outcome`. With several databases `backups` has each of them, failed ones too. */
export function outputsOf({ results, failures, pruned }: RunResult): Outputs {
  const last = results.at(-1);
  const backups = [
    ...results.map((result) => ({
      database: result.manifest.database,
      outcome: result.problems.length > 0 ? 'failure' : 'success',
      ...oneOf(result),
    })),
    ...failures.map(({ database }) => ({ database, outcome: 'failure' })),
  ];
  const totals = totalsOf(results);
  return {
    ...(last === undefined
      ? {}
      : {
          ...oneOf(last),
          bytes: totals.bytes,
          'database-bytes': totals.databaseBytes,
          'duration-seconds': totals.seconds,
          rows: totals.rows,
        }),
    ...(pruned.length > 0 ? { removed: [...new Set(pruned.flatMap(removedIds))] } : {}),
    ...(backups.length > 1 ? { backups } : {}),
  };
}

function oneOf(result: BackupResult): Outputs {
  return {
    'backup-id': result.manifest.id,
    manifest: result.manifest,
    locations: result.locations,
    bytes: totalsOf([result]).bytes,
    'database-bytes': result.manifest.databaseBytes,
    'duration-seconds': result.durationSeconds,
    rows: result.manifest.totals?.rows ?? null,
  };
}
