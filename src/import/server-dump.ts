import { UserError } from '../base/errors.js';
import { piecesOf } from '../restore/archive/index.js';
import { decompressed } from './examine.js';
import type { Layers } from './layers.js';
import { through } from './program.js';
import type { Source } from './source.js';

/** Where in the dump of a whole server the dump of one database is, in bytes. */
export interface DatabasePart {
  database: string;
  from: number;
  to: number;
}

const TITLE = /^-- Database "(.*)" dump$/;
const BEGIN = '-- PostgreSQL database dump';
const COMPLETE = '-- PostgreSQL database dump complete';
const SERVER_COMPLETE = '-- PostgreSQL database cluster dump complete';

/**
 * Finds the databases in a dump that pg_dumpall made. One in which there is nothing, as there mostly is in `template1`,
 * is left out.
 * @throws UserError when it is cut off
 */
export async function databasesIn(script: AsyncIterable<Uint8Array>, file: string): Promise<DatabasePart[]> {
  const parts: DatabasePart[] = [];
  let [at, from, complete, holds] = [0, 0, false, false];
  let database = '';
  for await (const { kind, bytes } of piecesOf(script)) {
    const line = kind === 'comment' ? bytes.toString('utf8').trimEnd() : '';
    database = TITLE.exec(line)?.[1] ?? database;
    if (line === BEGIN) [from, holds] = [at, false];
    holds ||= /^-- (Data for )?Name: /.test(line);
    at += bytes.length;
    if (line === COMPLETE && holds) parts.push({ database, from, to: at });
    complete ||= line === SERVER_COMPLETE;
  }
  if (!complete)
    throw new UserError(
      `${file} is cut off: it lacks the line "${SERVER_COMPLETE}", which pg_dumpall writes last, so it is no whole backup. Import another copy.`,
    );
  if (parts.length === 0)
    throw new UserError(`${file} is the dump of a server with nothing in its databases.`);
  return parts;
}

/** One of the databases as a file of its own: a plain dump in gzip, the same bytes each time. */
export function partSource(source: Source, layers: Layers, { database, from, to }: DatabasePart): Source {
  const path = `${source.path} (${database})`;
  return {
    path,
    name: `${source.name} (${database})`,
    database,
    modified: source.modified,
    bytes: to - from,
    read: (signal) => {
      const how = { file: path, signal };
      const script = decompressed(layers.decrypt(source.read(signal)), layers, how);
      // -n: without the time at which it was made.
      return through(slice(script, from, to), { path: 'gzip', args: ['-cn'], env: process.env }, how);
    },
  };
}

async function* slice(
  source: AsyncIterable<Uint8Array>,
  from: number,
  to: number,
): AsyncIterable<Uint8Array> {
  let at = 0;
  for await (const chunk of source) {
    const [start, end] = [Math.max(from - at, 0), Math.min(to - at, chunk.length)];
    at += chunk.length;
    if (start < end) yield chunk.subarray(start, end);
    if (at >= to) return;
  }
}
