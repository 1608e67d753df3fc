import type { PropertyHashes } from '../../postgres/database/hashes.js';
import type { LargeObjectHash } from './large-objects.js';

/** How much is measured: nothing, the rows of each table, or also a hash of their content. */
export type FingerprintLevel = 'none' | 'rows' | 'content';

/**
 * The sums of the two 64-bit halves of every row's hash, as decimal text: the same for any order of rows, and unlike
 * an XOR it notices rows that are doubled.
 */
export interface ContentHash {
  algorithm: 'md5' | 'sha256';
  high: string;
  low: string;
  /** The same over generated columns, which a restore computes anew; absent where the table has none. */
  generated?: { high: string; low: string };
}

export interface TableFingerprint {
  schema: string;
  name: string;
  rows: number;
  content?: ContentHash;
  /**
   * The partitions whose rows are counted here: a hash partitioned table is counted as a whole, since the hash of
   * an enum value differs from server to server and rows then move between partitions on reload.
   */
  partitions?: { schema: string; name: string }[];
  /** Only the rows that meet this condition are in the archive (an extension's configuration table). */
  condition?: string;
}

/**
 * A sequence's last value (null: it gave none since it was made or last set). It is no part of a snapshot, so it is read
 * before and after the dump.
 */
export interface SequenceFingerprint {
  schema: string;
  name: string;
  before: string | null;
  /**
   * Absent where it could not be read again (`notMeasured` says why): the archive's value is then only known to be no
   * earlier than `before`.
   */
  after?: string | null;
  /**
   * Where `before` or `after` is null: the value that it gives first. Absent where it could not be read, and in the first
   * fingerprints.
   */
  first?: { before?: string; after?: string };
}

/** An extension or schema that must be there before the archive can be restored. */
export interface Requirements {
  extensions: ExtensionFingerprint[];
  schemas: string[];
  /**
   * Other objects that the archive refers to and neither holds nor gets from those extensions, as PostgreSQL
   * describes them: `type app.status`. With any of these it does not restore alone.
   */
  others: string[];
}

export interface ExtensionFingerprint {
  name: string;
  version: string;
  schema: string;
  /** Its own tables and sequences of which the archive holds rows. Absent where it is not known. */
  configuration?: { schema: string; name: string }[];
}

/** What a large object has beside its content, as far as pg_dump keeps it. */
export type LargeObjectDetail = 'owners' | 'privileges' | 'comments';

/** The sums of the two 64-bit halves of the SHA-256 of each detail of each large object, its OID included. */
export type LargeObjectDetails = Record<LargeObjectDetail, { high: string; low: string }>;

/** What the database held at the dump's own snapshot, of all that the archive holds. */
export interface Fingerprint {
  version: 1;
  level: Exclude<FingerprintLevel, 'none'>;
  database: string;
  snapshotAt: string;
  tables: TableFingerprint[];
  /** `populated`: a restore of the archive gives it its rows. */
  materializedViews: { schema: string; name: string; populated: boolean }[];
  sequences: SequenceFingerprint[];
  /** How many objects of each kind there were, e.g. `{ table: 12, index: 20 }`. */
  objects: Record<string, number>;
  /**
   * The kinds that were counted, also those of which there were none; what another pgkeep counts besides is not
   * measured. Absent in the first fingerprints: `countedKinds`.
   */
  kinds?: string[];
  /**
   * SHA-256 of a schema-only dump under the same snapshot, as `SchemaHash` makes it; null where the archive holds no
   * definitions.
   */
  schema: string | null;
  /**
   * What pg_dump keeps of the database as a whole; absent where the archive has nothing of it (rows only, a plain dump of
   * a part), and in the first fingerprints.
   */
  properties?: PropertyHashes;
  largeObjects: number;
  /** With level `content`, where there are any and all could be read. */
  largeObjectContent?: LargeObjectHash;
  /** Where there are any. Absent in the first fingerprints. */
  largeObjectDetails?: LargeObjectDetails;
  extensions: ExtensionFingerprint[];
  /** What a filtered archive needs and does not bring along. */
  requires: Requirements;
  /** What could not be measured, and why. */
  notMeasured: { what: string; why: string }[];
  /** The cluster's first superuser (OID 10), which no globals create. Absent in the first fingerprints. */
  bootstrapRole?: string;
  /** Every owner and grantee in this database, its own owner included. Absent in the first fingerprints. */
  roles?: string[];
}
