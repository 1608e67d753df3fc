import type { Fingerprint, LargeObjectDetail } from '../../backup/fingerprint/types.js';
import type { Manifest } from '../../backup/manifest.js';
import type { Psql } from '../../postgres/psql.js';
import type { TocEntry } from '../../postgres/toc.js';
import type { Connection, Programs } from '../../postgres/types.js';
import type { LeftOut } from '../left-out.js';

/** What of a database can be compared by itself. */
export type Aspect =
  | 'contents'
  | 'collation'
  | 'extensions'
  | 'objects'
  | 'definitions'
  | 'tables'
  | 'sequences'
  | 'materialized views'
  | 'large objects';

/** A part of a comparison, such as what has to be looked at again after a change. */
export interface Scope {
  aspects: readonly Aspect[];
  /** Only these tables; absent: all. */
  tables?: readonly { schema: string; name: string }[];
}

export interface CompareRequest {
  /** Opens a session on the restored database, as a role that reads everything. */
  open: (name: string) => Promise<Psql>;
  /** For pg_dump: of the server's major or newer. */
  programs: Programs;
  connection: Connection;
  /** The restored database. */
  database: string;
  /**
   * Where the definitions of the same archive were restored once more, in the same way and without rows; undefined
   * where that was not done: definitions are then not measured.
   */
  reloadDatabase?: string;
  /** Undefined where the backup has none: little can then be said. */
  fingerprint: Fingerprint | undefined;
  /** The archive's table of contents; plain dumps have none. */
  toc?: readonly TocEntry[];
  manifest: Pick<Manifest, 'server' | 'options'>;
  /** What this server could not have as the source's had it: `Scratch.createDatabase` says these sentences. */
  otherwise?: readonly string[];
  /** What was not restored, since it needs extensions that are missing here. */
  leftOut?: LeftOut;
  /** Materialized views that stayed empty, since they read another server, which nothing may reach from here. */
  unfilled?: readonly { schema: string; name: string }[];
  /** What of large objects the restore was told to leave out. */
  omits?: readonly LargeObjectDetail[];
  /** Sessions that read tables at the same time. */
  jobs: number;
  /** Only this part; absent: everything. */
  only?: Scope;
  signal: AbortSignal;
}

/** A request in which there is a fingerprint, and a session inside a transaction that sees one point in time. */
export interface Comparison extends CompareRequest {
  fingerprint: Fingerprint;
  psql: Psql;
}

/** Why what needs such an extension need not be there. */
export const WHY_LEFT_OUT = 'it needs an extension that is missing here';

/** Whether an entry of one of these kinds and of this name was left out: what it makes need not be there. */
export function isLeftOut(
  { leftOut }: Pick<CompareRequest, 'leftOut'>,
  kinds: readonly string[],
  { schema, name }: { schema: string | undefined; name: string },
): boolean {
  return (
    leftOut?.entries.some(
      (entry) => entry.tag === name && entry.schema === schema && kinds.includes(entry.kind),
    ) ?? false
  );
}
