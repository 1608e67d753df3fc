import type { Readable } from 'node:stream';
import { CancelledError, UserError } from '../../base/errors.js';
import { start } from '../../base/process.js';
import { explainFailure } from '../../postgres/explain.js';
import type { Rehearsal } from '../types.js';
import { openDatabase } from './database.js';
import { schemaObjects, type SchemaObject } from './schema-objects.js';

/**
 * The definitions that the scratch database has now, its own settings and all owners and privileges among them.
 * @throws DatabaseGoneError when the database is no longer there, UserError when pg_dump fails, CancelledError
 */
export async function readSchema(rehearsal: Rehearsal): Promise<SchemaObject[]> {
  const { programs, connection, database, signal } = rehearsal;
  const psql = await openDatabase(rehearsal, 'that looks at the encoding');
  const encoding = await psql.value('SHOW server_encoding').finally(() => psql.close());
  const child = start(
    programs.path('pg_dump'),
    [
      '--format=plain',
      '--schema-only',
      '--create',
      '--no-password',
      '--lock-wait-timeout=10s',
      // SQL_ASCII holds text of no known encoding, which cannot be converted.
      ...(encoding === 'SQL_ASCII' ? [] : ['--encoding=UTF8']),
      `--dbname=${connection.conninfo(database)}`,
    ],
    { env: { ...connection.env, ...programs.env, LC_ALL: 'C' }, signal },
  );
  // A pg_dump that failed has written no end, but says more about it than that.
  const read = schemaObjects(child.process.stdout as Readable).catch((error: unknown) => ({ error }));
  const exit = await child.exit;
  if (signal.aborted) throw new CancelledError();
  if (exit.code !== 0) {
    const said = child.stderrTail();
    const known = explainFailure(said, { target: connection.target });
    throw known ?? new UserError(`pg_dump cannot read the definitions of the scratch database.\n${said}`);
  }
  const objects = await read;
  if ('error' in objects) throw objects.error;
  return objects;
}
