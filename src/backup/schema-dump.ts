import { start } from '../base/process.js';
import type { Connection, Programs } from '../postgres/types.js';
import { requireSuccess } from './dump.js';
import { ChangedWhileDumpingError } from './fingerprint/changed.js';
import type { Patience } from './fingerprint/patience.js';
import { SchemaHash } from './fingerprint/schema-hash.js';

export interface SchemaDumpRequest {
  programs: Programs;
  connection: Connection;
  args: readonly string[];
  patience: Patience;
  signal: AbortSignal;
}

const LOCK_FAILED =
  /lock timeout|could not obtain lock|canceling statement due to (lock timeout|statement timeout|user request)/;

/**
 * The SHA-256 of a schema-only dump. While others hold a table locked, or wait for us, it is tried again.
 * @throws UserError when pg_dump fails, ChangedWhileDumpingError when a table stays locked by others.
 */
export async function hashSchema(request: SchemaDumpRequest): Promise<string> {
  for (;;) {
    const hash = new SchemaHash();
    const child = start(request.programs.path('pg_dump'), request.args, {
      env: { ...request.connection.env, ...request.programs.env },
      signal: request.signal,
    });
    if (child.process.stdout !== null)
      for await (const chunk of child.process.stdout) hash.update(chunk as Buffer);
    const exit = await child.exit;
    if (exit.code === 0) return hash.digest();
    if (request.signal.aborted || !LOCK_FAILED.test(child.stderrTail()))
      requireSuccess(request, child, exit, 'The schema-only pg_dump');
    if (!(await request.patience.again())) {
      throw new ChangedWhileDumpingError(
        'A table stayed locked by another session while its definition was read.',
      );
    }
  }
}
