import { findOptions } from '../backup/find-options.js';
import type { Manifest } from '../backup/manifest.js';
import { UserError } from '../base/errors.js';
import { refuseTransactionPooler } from '../postgres/pooler.js';
import { findAnyPrograms, findPrograms } from '../postgres/programs/index.js';
import { Psql } from '../postgres/psql.js';
import { majorOf, refuseOldServer } from '../postgres/server.js';
import type { Connection, Programs } from '../postgres/types.js';
import type { RestoreOptions } from './run-options.js';
import { lookAt, reach } from './target/look.js';
import { cleaningSessionsOf, sessionsOf, type OpenSession, type ServerAccess } from './target/server.js';
import type { Target } from './target/types.js';

/** A target that was reached, and the programs for it and for the archive. */
export interface Connected {
  connection: Connection;
  programs: Programs;
  /** What sessions are opened with. */
  access: ServerAccess;
  target: Target;
  /** Sessions that end when the run is cancelled. */
  open: OpenSession;
  /** Sessions that outlive it, to clean up. */
  clean: OpenSession;
}

/**
 * Looks at the target and finds programs that suit both it and the archive. Changes nothing.
 * @throws UserError for a server that cannot be reached, is too old, a standby or behind a transaction pooler
 */
export async function connectTarget(
  options: RestoreOptions,
  connection: Connection,
  manifest: Pick<Manifest, 'tools'>,
): Promise<Connected> {
  const { inputs, reporter, signal } = options;
  const find = findOptions(options);
  const wanted = inputs.postgresVersion;
  const first =
    wanted === 'auto' ? await findAnyPrograms(find) : await findPrograms({ ...find, major: wanted });
  const untouched = (database: string | undefined): Promise<Psql> =>
    Psql.open({
      programs: first,
      connection,
      signal,
      reporter,
      untouched: true,
      ...(database === undefined ? {} : { database }),
    });
  const reached = await reach(connection, untouched);
  await refuseTransactionPooler(() => untouched(reached.through), { target: connection.target }, 'restore');
  const target = await lookAt(
    connection,
    sessionsOf({ programs: first, connection, reporter, signal }),
    reached,
  );
  refuseOldServer(target);
  const needed = Math.max(target.major, majorOf(manifest.tools.pg_dump));
  const programs =
    wanted === 'auto' && first.major !== needed ? await findPrograms({ ...find, major: needed }) : first;
  if (programs.major < needed)
    throw new UserError(
      `The target is PostgreSQL ${target.version} and the backup was made by pg_dump ${manifest.tools.pg_dump}: programs of PostgreSQL ${programs.version} do not suit both. Set postgres-version to auto or ${needed}.`,
    );
  reporter.info(`Target server ${target.version}; pg_restore ${programs.version} (${programs.source})`);
  const access = { programs, connection, reporter, signal };
  return {
    connection,
    programs,
    access,
    target,
    open: sessionsOf(access),
    clean: cleaningSessionsOf(access),
  };
}

/** What the target is by now. */
export async function lookAgain({ connection, open, target }: Connected): Promise<Target> {
  const { database, maintenance, existing } = target;
  const through = maintenance ?? (existing === undefined ? undefined : database);
  // It could not be made from anywhere, either.
  return through === undefined ? target : lookAt(connection, open, { database, through });
}
