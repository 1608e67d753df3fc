import type { Readable } from 'node:stream';

/** One stored object. Keys use `/` and are relative to the store's own prefix. */
export interface ObjectInfo {
  key: string;
  bytes: number;
  modified: Date;
}

/**
 * How a stored object was proven to be what we sent, after the store had it:
 * its own SHA-256 or multipart checksum, the MD5s of its parts, or by reading it all again and hashing.
 */
export type ReadBack = 'sha256' | 'md5' | 'read-again';

/** What a store says of an object that it now holds and has proven. */
export interface Receipt {
  bytes: number;
  readBack: ReadBack;
}

export interface UploadOptions {
  /** The most bytes to expect, as far as anyone can know; decides the size of parts. */
  estimatedBytes?: number;
}

/** What the writer knows of the whole object once it is written. */
export interface Digest {
  bytes: number;
  /** Hex. */
  sha256: string;
}

/**
 * An object being written. Parts are replayable: the same index may be sent again after a failure.
 * All parts but the last have `partBytes(index)` bytes. Up to `parallel` parts may be under way at once.
 */
export interface Upload {
  readonly parallel: number;
  partBytes(index: number): number;
  part(index: number, bytes: Uint8Array): Promise<void>;
  /**
   * Makes the object appear under its key, then proves that the store holds exactly `expected`.
   * @throws when it does not; the object is then removed again.
   */
  complete(expected: Digest): Promise<Receipt>;
  /**
   * Forgets everything sent so far, and what is under way. Safe to call twice and after a failure; does nothing once
   * `complete` has succeeded. Through `withRetry` it never fails but warns of what may be left.
   */
  abort(): Promise<void>;
}

/**
 * A place for objects. Every method may be called again with the same arguments after a failure (`withRetry` does).
 * Errors are `UserError`s that name the store, the object and what to do; a `StoreError` says whether trying again can help.
 */
export interface Store {
  /** As the user wrote it, for messages and for `locations`. Holds no credentials. */
  readonly url: string;
  /** How many small objects to read at once, where that differs from what any store takes (`readMany`). */
  readonly readsAtOnce?: number;
  upload(key: string, options?: UploadOptions): Promise<Upload>;
  /** The object's bytes. @throws StoreError with `notFound` when there is none. */
  get(key: string): Promise<Readable>;
  /** Undefined when there is none. */
  stat(key: string): Promise<ObjectInfo | undefined>;
  /** Everything whose key starts with `prefix`, in pages, in no promised order. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** The names directly below `prefix` that have something below them (`a/b/c` -> `a`), as directories would be. */
  folders(prefix: string): Promise<string[]>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** A URL that names one object, for people. */
  locate(key: string): string;
}
