import { findOptions } from '../backup/find-options.js';
import { publicReason } from '../backup/log.js';
import { ask } from '../backup/session.js';
import { CancelledError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import { parseConnection } from '../postgres/connection/parse.js';
import { findAnyPrograms } from '../postgres/programs/index.js';
import { Psql } from '../postgres/psql.js';
import type { Connection } from '../postgres/types.js';
import type { StatusOptions } from './options.js';
import type { Problem } from './types.js';

/** What the database's server says of its size. */
export interface DatabaseSize {
  /** Null where it could not be found out. */
  bytes: number | null;
  limit: number;
  problem: Problem | null;
}

/**
 * Holds the database against `max-database-bytes`; undefined where that is not given: then no database is needed.
 * @throws UserError for a URL that is not right; a server that does not answer is a problem like others.
 */
export async function checkDatabase(options: StatusOptions): Promise<DatabaseSize | undefined> {
  const { inputs, env, reporter, signal } = options;
  const limit = inputs.maxDatabaseBytes;
  if (limit === undefined) return undefined;
  const connection = parseConnection(inputs.databaseUrl ?? '', env);
  for (const secret of connection.secrets) reporter.mask(secret);
  try {
    const bytes = await sizeOf(options, connection);
    return { bytes, limit, problem: bytes > limit ? tooLarge(bytes, limit) : null };
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    const { target, secrets } = connection;
    const message = `Whether the database is below max-database-bytes could not be found out. ${publicReason(error, { target, secrets })}`;
    return { bytes: null, limit, problem: { kind: 'database-unreadable', message } };
  }
}

async function sizeOf(options: StatusOptions, connection: Connection): Promise<number> {
  const { reporter, signal } = options;
  const programs = await findAnyPrograms(findOptions(options));
  // One query and no setting: it may go through a transaction pooler, where a setting would stay behind.
  const open = (): Promise<Psql> => Psql.open({ programs, connection, signal, reporter, untouched: true });
  const text = await ask(open, 'Asking for the size of the database', connection.target, (psql) =>
    psql.value('SELECT pg_catalog.pg_database_size(pg_catalog.current_database())'),
  );
  return Number(text);
}

function tooLarge(bytes: number, limit: number): Problem {
  return {
    kind: 'database-limit',
    message: `The database is ${formatBytes(bytes)} on its server; at most ${formatBytes(limit)} are allowed (max-database-bytes). Free space or enlarge the disk before it is full, then raise the limit.`,
  };
}
