import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../base/process.js';
import type { Connection, Programs } from '../postgres/types.js';
import { requireSuccess } from './dump.js';
import { ChangedWhileDumpingError } from './fingerprint/changed.js';
import { SchemaHash } from './fingerprint/schema-hash.js';

export interface SchemaDumpRequest {
  programs: Programs;
  connection: Connection;
  args: readonly string[];
  signal: AbortSignal;
}

const LOCK_ATTEMPTS = 5;
const LOCK_FAILED = /lock timeout|could not obtain lock|canceling statement due to (lock|statement) timeout/;

/**
 * The SHA-256 of a schema-only dump.
 * @throws UserError when pg_dump fails, ChangedWhileDumpingError when a table stays locked by others.
 */
export async function hashSchema(request: SchemaDumpRequest): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const hash = new SchemaHash();
    const child = start(request.programs.path('pg_dump'), request.args, {
      env: { ...request.connection.env, ...request.programs.env },
      signal: request.signal,
    });
    if (child.process.stdout !== null)
      for await (const chunk of child.process.stdout) hash.update(chunk as Buffer);
    const exit = await child.exit;
    if (exit.code === 0) return hash.digest();
    if (!LOCK_FAILED.test(child.stderrTail()))
      requireSuccess(request, child, exit, 'The schema-only pg_dump');
    if (attempt === LOCK_ATTEMPTS) {
      throw new ChangedWhileDumpingError(
        'A table stayed locked by another session while its definition was read.',
      );
    }
    await sleep(1000);
  }
}
