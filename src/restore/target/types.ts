/** What a swap cannot carry over, or cannot be done with. */
export interface Obstacles {
  /** Their transaction ids: a database with any of them cannot be renamed. */
  preparedTransactions: string[];
  /** They go on reading the database that was there before. */
  replicationSlots: string[];
  /** They go on filling the database that was there before. */
  subscriptions: string[];
}

/** The target database as it is before anything is changed. */
export interface ExistingDatabase {
  oid: string;
  owner: string;
  /** The role owns it, or may act as its owner. */
  mayRename: boolean;
  /** The role may give what it owns to the owner. */
  mayGive: boolean;
  isTemplate: boolean;
  tablespace: string;
  /** On the server's disk; null where the role may not ask. */
  bytes: number | null;
  /** As a manifest's `source.databaseId`. */
  databaseId: string | null;
  /** Everything a user made there: tables, functions, large objects and so on, but not what extensions bring. */
  objects: number;
  /** Some of them, `table public.orders`. */
  examples: string[];
  tables: number;
  /** Besides plpgsql. */
  extensions: string[];
  obstacles: Obstacles;
}

/** The server that is restored into, and what the role may do there. */
export interface Target {
  database: string;
  /** `17.11` */
  version: string;
  major: number;
  role: { name: string; superuser: boolean; createDatabases: boolean };
  /** Another database of the server, from which the target can be renamed; undefined where the role may use none. */
  maintenance: string | undefined;
  /** Undefined: there is no such database. */
  existing: ExistingDatabase | undefined;
  /** Locks that fit into the server's lock table. */
  lockTable: number;
  /** Extensions that can be created there. */
  availableExtensions: string[];
}

/** True where nobody has put anything into the database. */
export function isEmpty({ objects }: Pick<ExistingDatabase, 'objects'>): boolean {
  return objects === 0;
}
