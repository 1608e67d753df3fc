import type { Dirent } from 'node:fs';
import { open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { codeOf } from '../../base/errors.js';
import { StoreError } from '../errors.js';
import { checkKey, checkPrefix } from '../keys.js';
import type { ObjectInfo, Store, Upload } from '../store.js';
import { fileError } from './errors.js';
import { FileUpload, isTemporary } from './upload.js';

const ABSENT = ['ENOENT', 'ENOTDIR'];

/** A folder as a store: one file an object, readable by its owner alone. */
export class FileStore implements Store {
  private readonly root: string;

  /** `root` is absolute. It is made when the first object is written. */
  constructor(
    readonly url: string,
    root: string,
  ) {
    this.root = resolve(root);
  }

  async upload(key: string): Promise<Upload> {
    const path = this.path(key);
    return FileUpload.open(path, () => this.removeEmptyFolders(dirname(path)));
  }

  async get(key: string): Promise<Readable> {
    const path = this.path(key);
    try {
      const file = await open(path, 'r');
      if ((await file.stat()).isFile()) return file.createReadStream();
      await file.close();
    } catch (error) {
      throw fileError(codeOf(error) === 'ENOTDIR' ? { code: 'ENOENT' } : error, `read ${path}`);
    }
    throw new StoreError(`Could not read ${path}: it is not a file.`, { notFound: true });
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    return this.info(key, this.path(key));
  }

  private async info(key: string, path: string): Promise<ObjectInfo | undefined> {
    try {
      const found = await stat(path);
      return found.isFile() ? { key, bytes: found.size, modified: found.mtime } : undefined;
    } catch (error) {
      if (ABSENT.includes(codeOf(error) ?? '')) return undefined;
      throw fileError(error, `look at ${path}`);
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    for await (const key of this.walk(start, prefix)) {
      const info = await this.info(key, this.path(key));
      if (info !== undefined) yield info;
    }
  }

  /** The keys below `folder` (empty or ending in `/`) that start with `prefix`. */
  private async *walk(folder: string, prefix: string): AsyncIterable<string> {
    for (const entry of await this.entries(folder)) {
      const key = folder + entry.name;
      if (entry.isDirectory()) {
        if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) yield* this.walk(`${key}/`, prefix);
      } else if (entry.isFile() && key.startsWith(prefix) && !isTemporary(entry.name)) {
        yield key;
      }
    }
  }

  private async entries(folder: string): Promise<Dirent[]> {
    const path = join(this.root, folder);
    try {
      return await readdir(path, { withFileTypes: true });
    } catch (error) {
      // A folder that went while we listed, or a root that nothing was written to yet, holds nothing. A root that is
      // a file is a wrong URL.
      if (codeOf(error) === 'ENOENT' || (codeOf(error) === 'ENOTDIR' && folder !== '')) return [];
      throw fileError(error, `list ${path}`);
    }
  }

  async folders(prefix: string): Promise<string[]> {
    checkPrefix(prefix);
    const parent = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    const names: string[] = [];
    for (const entry of await this.entries(parent)) {
      if (entry.isDirectory() && (await this.holdsObjects(`${parent}${entry.name}/`))) names.push(entry.name);
    }
    return names;
  }

  private async holdsObjects(folder: string): Promise<boolean> {
    for await (const key of this.walk(folder, folder)) return key !== '';
    return false;
  }

  async remove(key: string): Promise<void> {
    const path = this.path(key);
    try {
      await rm(path, { force: true });
    } catch (error) {
      if (!ABSENT.includes(codeOf(error) ?? '')) throw fileError(error, `remove ${path}`);
    }
    await this.removeEmptyFolders(dirname(path));
  }

  /** Removes `folder` and those above it, up to the root, as far as they are empty. */
  private async removeEmptyFolders(folder: string): Promise<void> {
    for (let path = folder; path.startsWith(this.root + sep); path = dirname(path)) {
      try {
        await rmdir(path);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') continue;
        return;
      }
    }
  }

  locate(key: string): string {
    return pathToFileURL(this.path(key)).href;
  }

  private path(key: string): string {
    const path = join(this.root, ...checkKey(key).split('/'));
    // On Windows a name may hold a separator of its own.
    if (!path.startsWith(this.root + sep) || key.split('/').some(isTemporary))
      throw new StoreError(`${JSON.stringify(key)} cannot name a stored object in ${this.url}.`);
    return path;
  }
}
