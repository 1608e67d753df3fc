import type { Readable } from 'node:stream';
import { UserError } from '../base/errors.js';
import { start } from '../base/process.js';
import type { Reporter } from '../base/reporter.js';
import { plural } from '../base/units.js';
import { globalsArgs } from '../postgres/argv.js';
import { readGlobals } from '../postgres/globals.js';
import type { Connection, Programs } from '../postgres/types.js';
import { requireSuccess } from './dump.js';

/**
 * Roles and tablespaces as SQL, without passwords: a few lines a role.
 * @throws UserError when pg_dumpall failed.
 */
export async function dumpGlobals(request: {
  programs: Programs;
  connection: Connection;
  database: string;
  reporter: Reporter;
  signal: AbortSignal;
}): Promise<Buffer> {
  const { programs, connection, database, reporter, signal } = request;
  const child = start(programs.path('pg_dumpall'), globalsArgs(connection.conninfo(database), database), {
    env: { ...connection.env, ...programs.env },
    signal,
    onStderr: (line) => reporter.output('pg_dumpall', line),
  });
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of child.process.stdout as Readable) chunks.push(chunk as Buffer);
    requireSuccess(request, child, await child.exit, 'pg_dumpall (for `globals`)');
  } finally {
    child.stop();
  }
  return Buffer.concat(chunks);
}

/** The roles that are there before any globals are restored, or that no database makes. */
const ALWAYS_THERE = /^pg_/;

/**
 * Globals that fit a dump: they are of another moment, and a role may have come in between.
 * @param before globals of a moment before the dump's snapshot: what was dropped since is in them
 * @param again takes them once more
 * @param roles those that the dump may name
 * @throws UserError when both lack one of these.
 */
export async function globalsFor(
  before: Buffer,
  again: () => Promise<Buffer>,
  roles: readonly string[],
): Promise<Buffer> {
  const missing = (globals: Buffer): string[] => {
    const made = new Set(readGlobals(globals.toString('utf8')).roles);
    return roles.filter((role) => !made.has(role) && !ALWAYS_THERE.test(role));
  };
  if (missing(before).length === 0) return before;
  const after = await again();
  const lacking = missing(after);
  if (lacking.length === 0) return after;
  throw new UserError(
    `The roles that were backed up lack ${plural(lacking.length, 'role')} that the database refers to (${lacking.slice(0, 10).join(', ')}${lacking.length > 10 ? ', ...' : ''}), so no backup was published: it would not restore with its owners and rights. If roles were being changed, run it again; else set globals to false and keep the roles elsewhere.`,
  );
}
