import type { Reporter } from '../../base/reporter.js';
import type { Collation } from '../server.js';
import type { Connection, Programs, ServerPrograms } from '../types.js';

export interface ScratchOptions {
  server: ServerPrograms;
  clients: Programs;
  /** For the data directory; its socket may have to lie elsewhere, since a socket's path has at most 107 bytes. */
  tempDir: string;
  /** The name of the source's OID-10 role: what it owned belongs to the bootstrap role here too. */
  bootstrapRole: string;
  /** Extensions that will be created in `database`; some must be preloaded, and are told to do nothing by themselves. */
  extensions: readonly string[];
  /** The database that extensions which serve only one (pg_cron) are bound to. */
  database: string;
  /** Whether it is to be cut off from the network, where that is possible. Default true. */
  isolate?: boolean;
  /** Settings instead of the scratch server's own. */
  settings?: Readonly<Record<string, string>>;
  reporter: Reporter;
  signal: AbortSignal;
}

/** What a database on a scratch server is to be like. */
export interface DatabaseIdentity {
  encoding: string;
  /** Without `collate` and `ctype` the server's own: of an imported dump they are not known. */
  collation: Omit<Collation, 'collate' | 'ctype'> & { collate: string | null; ctype: string | null };
}

/**
 * A throwaway PostgreSQL server of our own, or a place on a server that the user gave. Nothing of it is left after
 * `stop`, nor, of a server of our own, when this process dies in any way.
 */
export interface Scratch {
  /** `17.11` */
  readonly version: string;
  readonly major: number;
  /** Whether nothing on it can reach the network; null for a server that the user gave. */
  readonly isolated: boolean | null;
  /** As its superuser; nothing of the user's environment is in `connection.env`. */
  readonly connection: Connection;
  /**
   * Makes an empty database with exactly that encoding and locale. May restart a server of our own, for a locale that
   * had to be made: no other session may be at work on it.
   * @returns what could not be had of it and is otherwise (a locale that this machine lacks), one sentence each.
   */
  createDatabase(name: string, identity: DatabaseIdentity): Promise<string[]>;
  dropDatabase(name: string): Promise<void>;
  /** Makes the roles that are not there yet, without any right to log in. */
  createRoles(names: readonly string[]): Promise<void>;
  /** What to tell of an error that happened while it was used: that a server of our own has ended, where it has. */
  explain(error: unknown): Promise<unknown>;
  stop(): Promise<void>;
}
