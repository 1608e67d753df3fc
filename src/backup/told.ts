import { reasonsOf, telling, type FamilyDone } from '../notify/telling.js';
import { parseConnection } from '../postgres/connection/parse.js';
import { familyName } from '../inputs/name.js';
import { namedFamilies } from './named.js';
import { runBackup } from './run.js';
import type { RunOptions } from './run-options.js';
import { redReasons, type RunResult } from './result.js';

/** `runBackup`, and whom the inputs name is told how it ended. */
export function backupTold(options: RunOptions): Promise<RunResult> {
  const { inputs, env } = options;
  const connection = parseConnection(inputs.databaseUrl ?? '', env);
  return telling({ ...options, action: 'backup', hidden: connection }, async (families) => {
    try {
      const result = await runBackup(options);
      families.push(...doneOf(result, options, connection));
      return result;
    } catch (error) {
      families.push(
        ...namedFamilies(inputs, connection).map(({ database, name }): FamilyDone => ({
          name,
          database,
          outcome: 'failure',
          backup: null,
          reasons: reasonsOf(error, connection),
        })),
      );
      throw error;
    }
  });
}

function doneOf(
  { results, failures }: RunResult,
  { inputs }: Pick<RunOptions, 'inputs'>,
  connection: Parameters<typeof reasonsOf>[1],
): FamilyDone[] {
  return [
    ...results.map((result): FamilyDone => {
      const red = redReasons({ results: [result], failures: [], pruned: [], pruneFailures: [] });
      return {
        name: result.manifest.name,
        database: result.manifest.database,
        outcome: red.length > 0 ? 'failure' : 'success',
        backup: result.manifest.id,
        reasons: red.flatMap((reason) => reasonsOf(reason, connection)),
      };
    }),
    ...failures.map(({ database, error }): FamilyDone => ({
      name: familyName(inputs.name, database),
      database,
      outcome: 'failure',
      backup: null,
      reasons: reasonsOf(error, connection),
    })),
  ];
}
