import type { Readable } from 'node:stream';
import { start } from '../base/process.js';
import type { Reporter } from '../base/reporter.js';
import { globalsArgs } from '../postgres/argv.js';
import type { Connection, Programs } from '../postgres/types.js';
import { requireSuccess } from './dump.js';

/** Roles and tablespaces as SQL, without passwords. Ends normally only when pg_dumpall succeeded. */
export async function* dumpGlobals(request: {
  programs: Programs;
  connection: Connection;
  database: string;
  reporter: Reporter;
  signal: AbortSignal;
}): AsyncIterable<Uint8Array> {
  const { programs, connection, database, reporter, signal } = request;
  const child = start(programs.path('pg_dumpall'), globalsArgs(connection.conninfo(database), database), {
    env: { ...connection.env, ...programs.env },
    signal,
    onStderr: (line) => reporter.output('pg_dumpall', line),
  });
  try {
    for await (const chunk of child.process.stdout as Readable) yield chunk as Uint8Array;
    requireSuccess(request, child, await child.exit, 'pg_dumpall (for `globals`)');
  } finally {
    child.stop();
  }
}
