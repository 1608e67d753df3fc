/** How the bytes are compressed. `level` is the program's own scale; undefined: its default in pgkeep. */
export interface Compression {
  method: 'zstd' | 'gzip' | 'lz4' | 'none';
  level?: number;
}

/** Who can read a backup. Exactly one of the two kinds, or no encryption at all. */
export type Encryption =
  | { kind: 'none' }
  | { kind: 'age-recipients'; recipients: readonly string[] }
  | { kind: 'age-passphrase'; passphrase: string };

/** A stage that turns one stream of bytes into another; errors of either side end both. */
export type Stage = (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
