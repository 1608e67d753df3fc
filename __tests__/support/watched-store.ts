import type { Readable } from 'node:stream';
import type { ObjectInfo, Store, Upload } from '../../src/storage/store.js';

/** Called before anything is asked of the store; what it throws, the store throws. */
export type Before = (what: 'upload' | 'get' | 'stat' | 'list' | 'folders' | 'remove', key: string) => void;

/** A real store, where something can happen before any request. */
export class WatchedStore implements Store {
  readonly url: string;

  constructor(
    private readonly store: Store,
    private readonly before: Before,
  ) {
    this.url = store.url;
  }

  async upload(key: string): Promise<Upload> {
    this.before('upload', key);
    return this.store.upload(key);
  }

  async get(key: string): Promise<Readable> {
    this.before('get', key);
    return this.store.get(key);
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    this.before('stat', key);
    return this.store.stat(key);
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    this.before('list', prefix);
    yield* this.store.list(prefix);
  }

  async folders(prefix: string): Promise<string[]> {
    this.before('folders', prefix);
    return this.store.folders(prefix);
  }

  async remove(key: string): Promise<void> {
    this.before('remove', key);
    return this.store.remove(key);
  }

  locate(key: string): string {
    return this.store.locate(key);
  }
}
