import { createInterface } from 'node:readline';
import { CancelledError, UserError } from '../../base/errors.js';
import { start } from '../../base/process.js';
import { plural } from '../../base/units.js';
import type { Finding } from '../types.js';
import {
  DefinitionEntries,
  diffEntries,
  type DefinitionDifference,
  type DefinitionEntry,
} from './entries.js';
import { different, equal, notMeasured } from './findings.js';
import type { CompareRequest } from './request.js';

const SHOWN = 20;
const NAME = 'of the restored database';

/**
 * The definitions of the restored database against those of a reload of the same archive without rows. Never against
 * the source's own text: an expression changes its text when it is read back for the first time.
 */
export async function compareDefinitions(request: CompareRequest): Promise<Finding[]> {
  const { database, reloadDatabase } = request;
  if (request.manifest.options['content'] === 'data')
    return [notMeasured('definitions', NAME, 'the backup holds rows only')];
  if (reloadDatabase === undefined)
    return [notMeasured('definitions', NAME, 'there is nothing to compare them with')];
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const read = (name: string): Promise<readonly DefinitionEntry[]> =>
    readDefinitions({ ...request, signal }, name).catch((error: unknown) => {
      stop.abort();
      throw error;
    });
  const ends = await Promise.allSettled([read(reloadDatabase), read(database)]);
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  const failure = errors.find((error) => !(error instanceof CancelledError)) ?? errors[0];
  if (failure !== undefined) throw failure;
  const [expected, found] = ends.map((end) => (end.status === 'fulfilled' ? end.value : []));
  return judgeDefinitions(diffEntries(expected ?? [], found ?? []));
}

/** The entries of a database's schema-only dump. @throws UserError when pg_dump fails. */
async function readDefinitions(
  { programs, connection, signal, manifest }: CompareRequest,
  database: string,
): Promise<readonly DefinitionEntry[]> {
  // SQL_ASCII holds text of no known encoding, which cannot be converted.
  const encoding = manifest.server.encoding === 'SQL_ASCII' ? [] : ['--encoding=UTF8'];
  const child = start(
    programs.path('pg_dump'),
    [
      '--format=plain',
      '--schema-only',
      '--no-password',
      ...encoding,
      `--dbname=${connection.conninfo(database)}`,
    ],
    { env: { ...connection.env, ...programs.env }, signal },
  );
  const entries = new DefinitionEntries();
  if (child.process.stdout !== null) {
    const lines = createInterface({ input: child.process.stdout, crlfDelay: Infinity });
    for await (const line of lines) entries.line(line);
  }
  const exit = await child.exit;
  if (signal.aborted) throw new CancelledError();
  if (exit.code !== 0)
    throw new UserError(
      `pg_dump cannot read the definitions of the restored database.\n${child.stderrTail()}`,
    );
  return entries.end();
}

const FOUND = { missing: 'missing', added: 'present', changed: 'another definition' };
const EXPECTED = { missing: 'present', added: 'missing', changed: 'the definition of the backup' };

/** Names what differs; never shows a definition, which may hold data. */
export function judgeDefinitions(differences: readonly DefinitionDifference[]): Finding[] {
  if (differences.length === 0) return [equal('definitions', NAME)];
  const shown = differences
    .slice(0, SHOWN)
    .map(({ entry, how }) => different('object', entryTitle(entry), EXPECTED[how], FOUND[how]));
  const rest = differences.length - shown.length;
  if (rest === 0) return shown;
  return [
    ...shown,
    different('definitions', NAME, 'those of the backup', `${plural(rest, 'more difference')}`),
  ];
}

/** `view public.v`, `privileges of table public.orders`. */
function entryTitle({ type, schema, name }: DefinitionDifference['entry']): string {
  const space = schema === '-' ? '' : `${schema}.`;
  const about = /^(ACL|COMMENT|SECURITY LABEL)$/.test(type) ? /^([A-Z][A-Z ]*) (.*)$/.exec(name) : null;
  if (about === null) return `${type.toLowerCase()} ${space}${name}`;
  const what = type === 'ACL' ? 'privileges' : type.toLowerCase();
  return `${what} of ${(about[1] ?? '').toLowerCase()} ${space}${about[2] ?? ''}`;
}
