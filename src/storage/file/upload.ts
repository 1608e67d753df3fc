import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../../base/errors.js';
import { sameDigest } from '../digest.js';
import { StoreError } from '../errors.js';
import type { Digest, Receipt, Upload } from '../store.js';
import { fileError } from './errors.js';

const PART_BYTES = 1024 * 1024;
const PARALLEL = 4;
/** Written but not yet forced to the disk: beyond this it is forced in the background, so that the end is short. */
const SYNC_EVERY_BYTES = 64 * PART_BYTES;

const TEMPORARY = /^\.pgkeep-[0-9a-f]{24}\.partial$/;

/** Whether this is the name of a file that is still being written. No object has such a name. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/**
 * An object being written to a file beside its final place. It gets its name only after all of it was forced to the
 * disk, read again and found to be what was sent.
 */
export class FileUpload implements Upload {
  readonly parallel = PARALLEL;
  private unsynced = 0;
  private syncing: Promise<unknown> = Promise.resolve();
  private state: 'open' | 'stored' | 'aborted' = 'open';

  private constructor(
    private readonly path: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
    private readonly tidy: () => Promise<void>,
  ) {}

  /** `tidy` is called after an abort, to remove folders that were made for this object alone. */
  static async open(path: string, tidy: () => Promise<void>): Promise<FileUpload> {
    const folder = dirname(path);
    const temporary = join(folder, `.pgkeep-${randomBytes(12).toString('hex')}.partial`);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await makeFolder(folder);
        return new FileUpload(path, temporary, await open(temporary, 'wx+', 0o600), tidy);
      } catch (error) {
        // Someone who removed the last object of this folder removed the folder too, between our two calls.
        if (codeOf(error) === 'ENOENT' && attempt < 5) continue;
        await tidy();
        throw fileError(error, `write ${path}`);
      }
    }
  }

  partBytes(): number {
    return PART_BYTES;
  }

  async part(index: number, bytes: Uint8Array): Promise<void> {
    try {
      let done = 0;
      while (done < bytes.byteLength) {
        const at = index * PART_BYTES + done;
        const { bytesWritten } = await this.file.write(bytes, done, bytes.byteLength - done, at);
        done += bytesWritten;
      }
      this.unsynced += bytes.byteLength;
      if (this.unsynced >= SYNC_EVERY_BYTES) this.syncInBackground();
    } catch (error) {
      throw fileError(error, `write ${this.path}`);
    }
  }

  /** A fault of the disk shows here at the latest at the end: the last sync reports it too. */
  private syncInBackground(): void {
    this.unsynced = 0;
    this.syncing = this.syncing.then(() => this.file.datasync()).catch(() => undefined);
  }

  async complete(expected: Digest): Promise<Receipt> {
    if (this.state === 'stored') return { bytes: expected.bytes, readBack: 'read-again' };
    try {
      await this.syncing;
      await this.file.sync();
      const found = await this.readBack();
      if (!sameDigest(found, expected)) {
        await this.abort();
        throw new StoreError(
          `${this.path} does not hold what was sent: ${found.bytes} bytes with SHA-256 ${found.sha256} were read back, ` +
            `${expected.bytes} with ${expected.sha256} were sent. It was removed. Check the disk, then run the backup again.`,
        );
      }
      await this.file.close();
      await rename(this.temporary, this.path);
      this.state = 'stored';
      await syncFolder(dirname(this.path));
      return { bytes: found.bytes, readBack: 'read-again' };
    } catch (error) {
      throw fileError(error, `write ${this.path}`);
    }
  }

  /** One buffer for all of it: a stream would leave the whole object to the garbage collector, piece by piece. */
  private async readBack(): Promise<Digest> {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafeSlow(PART_BYTES);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await this.file.read(buffer, 0, PART_BYTES, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  }

  async abort(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'aborted';
    try {
      await rm(this.temporary, { force: true });
    } catch {
      // Windows removes no file that is open.
      await this.file.close().catch(() => undefined);
      await rm(this.temporary, { force: true }).catch((error: unknown) => {
        throw fileError(error, `remove ${this.temporary}`);
      });
    }
    // Closing waits for a disk that may still be busy for long with what nobody wants any more.
    void this.file.close().catch(() => undefined);
    await this.tidy();
  }
}

/** Makes a folder and those above it. Node's own way reports a read-only disk as a missing file. */
async function makeFolder(path: string): Promise<void> {
  const make = async (): Promise<void> => {
    await mkdir(path, 0o700).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  };
  try {
    await make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}

/** Makes a new name last through a power cut. Windows and some network file systems cannot sync a folder; nor need they. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
