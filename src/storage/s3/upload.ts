import { randomUUID } from 'node:crypto';
import { messageOf } from '../../base/errors.js';
import { digestOf, sameDigest } from '../digest.js';
import { isRetryable, StoreError } from '../errors.js';
import type { RetryOptions } from '../retry.js';
import type { Digest, ReadBack, Receipt, Upload, UploadOptions } from '../store.js';
import { wholeChecksum } from './checksum.js';
import type { S3Connection } from './client.js';
import { download } from './download.js';
import { S3Object, type SentPart } from './object.js';
import { planParts, type PartPlan } from './parts.js';
import { removeObject } from './remove.js';

/**
 * An object on its way to S3. A first part that is short is the whole object and goes in one request; everything else
 * is a multipart upload. The object carries a mark of this upload, so that after an answer that never reached us we can
 * tell whether the object that is there is the one we wrote.
 */
export class S3Upload implements Upload {
  readonly parallel: number;
  private readonly plan: PartPlan;
  private readonly stop = new AbortController();
  private readonly mark = randomUUID();
  private readonly object: S3Object;
  private starting: Promise<string> | undefined;
  private readonly parts = new Map<number, SentPart>();
  private readonly underWay = new Set<Promise<unknown>>();
  /** The whole object, where it is small. */
  private small: Buffer | undefined;
  /** An upload may have been started whose id never reached us. */
  private strays = false;
  /** The object was asked for: it may be there, whatever we heard. */
  private asked = false;
  private stored: { checksum: string | undefined; multipart: boolean } | undefined;
  private state: 'open' | 'proven' | 'aborted' = 'open';

  constructor(
    private readonly connection: S3Connection,
    private readonly key: string,
    options: UploadOptions,
    private readonly retry: Partial<RetryOptions>,
  ) {
    this.plan = planParts(options.estimatedBytes, connection.settings.maxParts);
    this.parallel = this.plan.parallel;
    this.object = new S3Object(connection, key, this.mark, this.stop.signal);
  }

  partBytes(index: number): number {
    return this.plan.partBytes(index);
  }

  async part(index: number, bytes: Uint8Array): Promise<void> {
    if (index === 0 && bytes.byteLength < this.partBytes(0)) {
      this.small = Buffer.from(bytes);
      return;
    }
    const uploadId = await this.start();
    this.parts.set(index, await this.track(this.object.part(uploadId, index, bytes)));
  }

  private start(): Promise<string> {
    this.starting ??= this.track(this.object.start()).catch((error: unknown) => {
      this.starting = undefined;
      // Only a clear refusal says that nothing was started.
      if (!(error instanceof StoreError) || error.retryable) this.strays = true;
      throw error;
    });
    return this.starting;
  }

  private async track<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    try {
      return await work;
    } finally {
      this.underWay.delete(work);
    }
  }

  async complete(expected: Digest): Promise<Receipt> {
    this.stored ??= await this.track(this.store(expected));
    const readBack = await this.track(this.prove(expected, this.stored));
    // The object is whole: a key that may not list uploads must not cost it.
    if (this.strays)
      await this.abortStrays().catch((error: unknown) => this.retry.reporter?.warn(messageOf(error)));
    this.state = 'proven';
    return { bytes: expected.bytes, readBack };
  }

  /** Makes the object appear. When an earlier attempt did so without our hearing of it, that one counts. */
  private async store(expected: Digest): Promise<{ checksum: string | undefined; multipart: boolean }> {
    const askedBefore = this.asked;
    this.asked = true;
    if (this.starting === undefined) {
      const { checksum, part } = await this.object.put(this.small ?? new Uint8Array());
      this.parts.set(0, part);
      return { checksum, multipart: false };
    }
    const parts = this.sortedParts();
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    if (bytes !== expected.bytes)
      throw new StoreError(`${this.object.name}: ${bytes} of ${expected.bytes} bytes were sent as parts.`);
    try {
      return { checksum: await this.object.join(await this.starting, parts), multipart: true };
    } catch (error) {
      const gone = error instanceof StoreError && error.code === 'NoSuchUpload';
      if (gone && askedBefore && (await this.isOurs())) return { checksum: undefined, multipart: true };
      throw error;
    }
  }

  private sortedParts(): SentPart[] {
    return Array.from({ length: this.parts.size }, (_, index) => {
      const part = this.parts.get(index);
      if (part === undefined) throw new StoreError(`${this.object.name}: part ${index + 1} was never sent.`);
      return part;
    });
  }

  private async prove(
    expected: Digest,
    stored: { checksum: string | undefined; multipart: boolean },
  ): Promise<ReadBack> {
    const head = await this.object.head();
    if (head === undefined) {
      // Some services report a failed join in the body of a good answer. What is not there can be asked for again.
      this.stored = undefined;
      throw new StoreError(`${this.object.name} is not there although the store took it.`, {
        retryable: true,
      });
    }
    const { kind } = this.object;
    const shown = kind === 'sha256' ? (stored.checksum ?? head.sha256) : head.etag;
    const digests = this.sortedParts().map(({ digest }) => digest);
    const ours = wholeChecksum(kind, digests, stored.multipart);
    const rightSize = head.bytes === expected.bytes;
    if (rightSize && ours !== undefined && shown === ours) return kind;
    // An ETag need not be an MD5 (encryption, other services): then only the bytes themselves can tell.
    const found = rightSize
      ? await digestOf(await download(this.connection, this.key, this.retry, this.stop.signal))
      : { bytes: head.bytes ?? 0, sha256: undefined };
    if (found.sha256 !== undefined && sameDigest({ bytes: found.bytes, sha256: found.sha256 }, expected))
      return 'read-again';
    if (head.mark !== this.mark)
      throw new StoreError(
        `${this.object.name} is not what was just sent there. Either something else writes to the same place, ` +
          `or ${this.connection.where} is no S3 service: check endpoint= in the storage URL.`,
      );
    await this.removeOurs();
    throw new StoreError(
      `${this.object.name} is not what was sent: ${expected.bytes} bytes with SHA-256 ${expected.sha256} were sent, ` +
        `the store has ${found.bytes} bytes${found.sha256 === undefined ? '' : ` with ${found.sha256}`}. ` +
        'It was removed. Run the backup again; if this comes back, do not trust this store.',
    );
  }

  private async isOurs(): Promise<boolean> {
    return (await this.object.head(true))?.mark === this.mark;
  }

  async abort(): Promise<void> {
    if (this.state === 'proven') return;
    this.state = 'aborted';
    this.stop.abort();
    await Promise.allSettled(this.underWay);
    const uploadId = await this.starting?.catch(() => undefined);
    const cleaning: Promise<void>[] = [];
    if (uploadId !== undefined) cleaning.push(this.object.abort(uploadId));
    if (this.strays) cleaning.push(this.abortStrays());
    if (this.asked) cleaning.push(this.removeOurs());
    const failed = (await Promise.allSettled(cleaning)).find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    const reason = failed.reason as unknown;
    throw new StoreError(
      `What was sent of ${this.object.name} may be left in the bucket and cost storage. ` +
        `Let a lifecycle rule of the bucket remove unfinished multipart uploads after a few days. ` +
        (reason instanceof Error ? reason.message : ''),
      { retryable: isRetryable(reason) },
    );
  }

  private async removeOurs(): Promise<void> {
    if (await this.isOurs()) await removeObject(this.connection, this.key);
  }

  /** No one else writes this key: unfinished uploads of it are attempts of ours whose answer was lost. */
  private async abortStrays(): Promise<void> {
    for (const uploadId of await this.object.unfinished()) await this.object.abort(uploadId);
    this.strays = false;
  }
}
