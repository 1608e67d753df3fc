import { createReadStream } from 'node:fs';
import { mkdtemp, open, rename, rm, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../../base/units.js';
import { digestOf } from '../digest.js';
import { StoreError } from '../errors.js';
import { fileError } from '../file/errors.js';
import type { Digest } from '../store.js';

const PREFIX = 'pgkeep-artifact-';
const MIB = 1024 * 1024;

/**
 * What is known of an object's size is the database's. Compressed dumps are mostly a third of it or less; half is asked
 * for, to be on the safe side.
 */
const SHARE = 0.5;

/**
 * A file that is to become an artifact, in a folder of its own that nobody else may enter. It has the artifact's name.
 */
export class StagedFile {
  private constructor(
    private readonly folder: string,
    private name: string,
    private readonly file: FileHandle,
  ) {}

  /** @throws StoreError where the folder has no room for `estimatedBytes`, or nothing can be written to it. */
  static async create(
    tempDir: string,
    name: string,
    estimatedBytes: number | undefined,
  ): Promise<StagedFile> {
    await requireSpace(tempDir, name, estimatedBytes);
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(tempDir, PREFIX));
      return new StagedFile(folder, name, await open(join(folder, name), 'wx', 0o600));
    } catch (error) {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      throw stageError(error, tempDir, name);
    }
  }

  get path(): string {
    return join(this.folder, this.name);
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    try {
      let done = 0;
      while (done < bytes.byteLength) {
        const { bytesWritten } = await this.file.write(bytes, done, bytes.byteLength - done, at + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw stageError(error, this.folder, this.name);
    }
  }

  async digest(): Promise<Digest> {
    try {
      return await digestOf(createReadStream(this.path, { highWaterMark: MIB }));
    } catch (error) {
      throw stageError(error, this.folder, this.name);
    }
  }

  async rename(name: string): Promise<void> {
    const from = this.path;
    try {
      await rename(from, join(this.folder, name));
      this.name = name;
    } catch (error) {
      throw stageError(error, this.folder, this.name);
    }
  }

  /** Safe to call twice. */
  async remove(): Promise<void> {
    await this.file.close().catch(() => undefined);
    try {
      await rm(this.folder, { recursive: true, force: true });
    } catch (error) {
      throw fileError(error, `remove ${this.folder}, which holds a copy of what was to be stored`);
    }
  }
}

async function requireSpace(
  tempDir: string,
  name: string,
  estimatedBytes: number | undefined,
): Promise<void> {
  if (estimatedBytes === undefined) return;
  const needed = Math.ceil(estimatedBytes * SHARE);
  const free = await statfs(tempDir).then(
    ({ bavail, bsize }) => bavail * bsize,
    (error: unknown) => {
      throw stageError(error, tempDir, name);
    },
  );
  if (free < needed)
    throw new StoreError(
      `Not enough disk space to make the artifact ${name}: it is staged in ${tempDir} and may need ${formatBytes(needed)}, and ${formatBytes(free)} are free. Use s3://bucket/prefix, which needs no disk space, or a bigger runner.`,
    );
}

function stageError(error: unknown, folder: string, name: string): StoreError {
  return fileError(error, `stage the artifact ${name} in ${folder}`);
}
