import { reasonsOf, telling } from '../notify/telling.js';
import { parseConnection } from '../postgres/connection/parse.js';
import { redReasons, type RestoreResult } from './result.js';
import { runRestore } from './run.js';
import type { RestoreOptions } from './run-options.js';

/** `runRestore`, and whom the inputs name is told how it ended. */
export function restoreTold(options: RestoreOptions): Promise<RestoreResult> {
  const hidden = parseConnection(options.inputs.databaseUrl ?? '', options.env);
  return telling({ ...options, action: 'restore', hidden }, async (families) => {
    const result = await runRestore(options);
    const { backup, target } = result.plan;
    const red = redReasons(result);
    families.push({
      name: backup.name,
      database: target.database,
      outcome: red.length > 0 ? 'failure' : 'success',
      backup: backup.id,
      reasons: red.flatMap((reason) => reasonsOf(reason, hidden)),
    });
    return result;
  });
}
