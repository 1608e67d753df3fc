import { CancelledError } from '../../base/errors.js';
import { digestOf, sameDigest } from '../digest.js';
import { StoreError } from '../errors.js';
import type { Digest, Receipt, Upload } from '../store.js';
import { DAMAGED, NAME_TAKEN, type UploadArtifact } from './access.js';
import type { Artifact } from './listing.js';
import { artifactName, type Named } from './names.js';
import { StagedFile } from './stage.js';

const PART_BYTES = 1024 * 1024;
/** A run that has taken this many names for one thing does something else wrong. */
const MOST_NAMES = 100;

/** What an upload needs of its store. */
export interface UploadContext {
  send: UploadArtifact;
  retentionDays: number | undefined;
  runId: number;
  /** The artifact's bytes, read from GitHub again and compared with its digest. */
  read: (artifact: Artifact) => Promise<AsyncIterable<Uint8Array>>;
  /** Called once the artifact is proven: it stands for the key from now on. */
  stored: (artifact: Artifact) => Promise<void>;
  remove: (artifact: Artifact) => Promise<void>;
}

/** An object being written to a staged file, which becomes an artifact of its own. */
export class ArtifactUpload implements Upload {
  readonly parallel = 4;
  private nth = 1;
  private artifact: Artifact | undefined;
  private sending: Promise<unknown> = Promise.resolve();
  private state: 'open' | 'stored' | 'aborted' = 'open';

  private constructor(
    private readonly context: UploadContext,
    private readonly named: Named,
    private readonly file: StagedFile,
  ) {}

  static async open(
    context: UploadContext,
    named: Named,
    { tempDir, estimatedBytes }: { tempDir: string; estimatedBytes: number | undefined },
  ): Promise<ArtifactUpload> {
    const file = await StagedFile.create(tempDir, artifactName(named), estimatedBytes);
    return new ArtifactUpload(context, named, file);
  }

  partBytes(): number {
    return PART_BYTES;
  }

  part(index: number, bytes: Uint8Array): Promise<void> {
    return this.file.write(bytes, index * PART_BYTES);
  }

  async complete(expected: Digest): Promise<Receipt> {
    if (this.state === 'aborted') throw new CancelledError();
    if (this.state === 'open') {
      const work = this.publish(expected);
      this.sending = work.catch(() => undefined);
      await work;
      this.state = 'stored';
    }
    return { bytes: expected.bytes, readBack: 'read-again' };
  }

  private async publish(expected: Digest): Promise<void> {
    if (this.artifact === undefined) {
      await this.requireWhole(expected);
      this.artifact = await this.send(expected);
      await this.file.remove();
    }
    await this.readBack(this.artifact, expected);
    if (this.isAborted()) throw new CancelledError();
    await this.context.stored(this.artifact);
  }

  /** The digest that GitHub keeps is the one that the client sent with the bytes: it proves nothing of what is stored. */
  private async readBack(artifact: Artifact, expected: Digest): Promise<void> {
    try {
      await digestOf(await this.context.read(artifact));
    } catch (error) {
      if (!(error instanceof StoreError && error.code === DAMAGED)) throw error;
      throw await this.refused('other bytes came back', expected);
    }
  }

  private async requireWhole(expected: Digest): Promise<void> {
    if (expected.bytes === 0)
      throw new StoreError(
        `The artifact ${artifactName(this.named)} would be empty, so it was not made. An empty file is no backup.`,
      );
    const staged = await this.file.digest();
    if (!sameDigest(staged, expected))
      throw await this.refused(`${staged.bytes} bytes with SHA-256 ${staged.sha256} were staged`, expected);
  }

  /** Under the first name that the run has not given yet: to the second backup of a family, or by an upload that broke off. */
  private async send(expected: Digest): Promise<Artifact> {
    const { send, retentionDays, runId } = this.context;
    for (;;) {
      if (this.isAborted()) throw new CancelledError();
      const name = artifactName(this.named, this.nth);
      try {
        const { id, bytes, sha256 } = await send(this.file.path, { retentionDays });
        this.artifact = { id, name, bytes, created: new Date(), runId, sha256 };
        if (!sameDigest({ bytes, sha256 }, expected))
          throw await this.refused(`${bytes} bytes with SHA-256 ${sha256} were uploaded`, expected);
        return this.artifact;
      } catch (error) {
        const taken = error instanceof StoreError && error.code === NAME_TAKEN;
        if (!taken || this.nth === MOST_NAMES) throw error;
        this.nth += 1;
        await this.file.rename(artifactName(this.named, this.nth));
      }
    }
  }

  private async refused(what: string, expected: Digest): Promise<StoreError> {
    await this.discard();
    return new StoreError(
      `The artifact ${artifactName(this.named, this.nth)} does not hold what was sent: ${what}, where ${expected.bytes} with ${expected.sha256} were meant. It was removed. Run the backup again.`,
    );
  }

  async abort(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'aborted';
    // What the library sends cannot be called back: it is waited for and then deleted. Without the file it often fails.
    await this.file.remove();
    await this.sending;
    await this.discard();
  }

  private async discard(): Promise<void> {
    await this.file.remove();
    if (this.artifact === undefined) return;
    await this.context.remove(this.artifact);
    this.artifact = undefined;
  }

  /** A call, because it changes while we wait and a narrowed property would not. */
  private isAborted(): boolean {
    return this.state === 'aborted';
  }
}
