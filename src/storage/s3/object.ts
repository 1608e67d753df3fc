import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { StoreError } from '../errors.js';
import { partDigest, plainEtag, type ChecksumKind } from './checksum.js';
import type { S3Connection } from './client.js';

/** A part that the store has. */
export interface SentPart {
  bytes: number;
  etag: string | undefined;
  digest: Buffer | undefined;
}

/** What the store says of the object under our key. */
export interface Head {
  bytes: number | undefined;
  etag: string | undefined;
  sha256: string | undefined;
  mark: string | undefined;
}

/** The metadata by which an upload knows its own object again. */
const MARK = 'pgkeep-upload';

/** The requests that write one object, as functions. Each is a single attempt. */
export class S3Object {
  readonly kind: ChecksumKind;
  readonly name: string;

  /** `mark` is put on the object; `signal` ends everything but cleaning up. */
  constructor(
    private readonly connection: S3Connection,
    private readonly key: string,
    private readonly mark: string,
    private readonly signal: AbortSignal,
  ) {
    this.kind = connection.settings.aws ? 'sha256' : 'md5';
    this.name = connection.name(key);
  }

  private get target(): { Bucket: string; Key: string } {
    return { Bucket: this.connection.bucket, Key: this.connection.key(this.key) };
  }

  /** What the URL asks for, for the request that makes the object. */
  private get settings(): object {
    const { storageClass, sse, kmsKeyId } = this.connection.location;
    return {
      ContentType: 'application/octet-stream',
      Metadata: { [MARK]: this.mark },
      ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
      ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
      ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
    };
  }

  private write<T>(
    request: (client: S3Client, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const purpose = { doing: `write ${this.name}`, permission: 's3:PutObject', signal: this.signal };
    return this.connection.send(purpose, (client, abortSignal) => request(client, { abortSignal }));
  }

  /** Starts a multipart upload and returns its id. */
  async start(): Promise<string> {
    const algorithm = this.kind === 'sha256' ? ({ ChecksumAlgorithm: 'SHA256' } as const) : {};
    const command = new CreateMultipartUploadCommand({ ...this.target, ...this.settings, ...algorithm });
    const { UploadId } = await this.write((client, options) => client.send(command, options));
    if (UploadId === undefined)
      throw new StoreError(`Could not write ${this.name}. The service gave no upload id.`);
    return UploadId;
  }

  async part(uploadId: string, index: number, bytes: Uint8Array): Promise<SentPart> {
    const digest = partDigest(this.kind, bytes);
    const command = new UploadPartCommand({
      ...this.target,
      ...checksumOf(this.kind, digest),
      UploadId: uploadId,
      PartNumber: index + 1,
      ContentLength: bytes.byteLength,
      Body: bytes,
    });
    const { ETag } = await this.write((client, options) => client.send(command, options));
    return { bytes: bytes.byteLength, etag: ETag, digest };
  }

  /** Joins the parts. Returns the object's checksum if the service told it at once. */
  async join(uploadId: string, parts: readonly SentPart[]): Promise<string | undefined> {
    const command = new CompleteMultipartUploadCommand({
      ...this.target,
      UploadId: uploadId,
      MultipartUpload: {
        Parts: parts.map(({ etag, digest }, index) => ({
          PartNumber: index + 1,
          ETag: etag,
          ...(this.kind === 'sha256' ? { ChecksumSHA256: digest?.toString('base64') } : {}),
        })),
      },
    });
    return (await this.write((client, options) => client.send(command, options))).ChecksumSHA256;
  }

  /** Stores a small object in one request. Returns its checksum if the service told it. */
  async put(bytes: Uint8Array): Promise<{ checksum: string | undefined; part: SentPart }> {
    const digest = partDigest(this.kind, bytes);
    const command = new PutObjectCommand({
      ...this.target,
      ...this.settings,
      ...checksumOf(this.kind, digest),
      ContentLength: bytes.byteLength,
      Body: bytes,
    });
    const { ETag, ChecksumSHA256 } = await this.write((client, options) => client.send(command, options));
    return { checksum: ChecksumSHA256, part: { bytes: bytes.byteLength, etag: ETag, digest } };
  }

  /** Undefined where there is no such object. `cleanup`: also after the run was cancelled. */
  async head(cleanup = false): Promise<Head | undefined> {
    const purpose = {
      doing: `read back ${this.name}`,
      permission: 's3:GetObject and s3:ListBucket',
      ...(cleanup ? { cleanup } : { signal: this.signal }),
    };
    const mode = this.kind === 'sha256' ? ({ ChecksumMode: 'ENABLED' } as const) : {};
    const command = new HeadObjectCommand({ ...this.target, ...mode });
    try {
      const head = await this.connection.send(purpose, (client, abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return {
        bytes: head.ContentLength,
        etag: plainEtag(head.ETag),
        sha256: head.ChecksumSHA256,
        mark: head.Metadata?.[MARK],
      };
    } catch (error) {
      if (error instanceof StoreError && error.notFound) return undefined;
      throw error;
    }
  }

  /** Gives up a multipart upload and frees its parts. */
  async abort(uploadId: string): Promise<void> {
    const purpose = {
      doing: `remove the unfinished upload of ${this.name}`,
      permission: 's3:AbortMultipartUpload',
      cleanup: true,
    };
    const command = new AbortMultipartUploadCommand({ ...this.target, UploadId: uploadId });
    try {
      await this.connection.send(purpose, (client, abortSignal) => client.send(command, { abortSignal }));
    } catch (error) {
      const gone = error instanceof StoreError && (error.notFound || error.code === 'NoSuchUpload');
      if (!gone) throw error;
    }
  }

  /** The ids of all unfinished uploads of exactly this key. */
  async unfinished(): Promise<string[]> {
    const purpose = {
      doing: `look for unfinished uploads of ${this.name}`,
      permission: 's3:ListBucketMultipartUploads',
      cleanup: true,
    };
    const command = new ListMultipartUploadsCommand({ Bucket: this.target.Bucket, Prefix: this.target.Key });
    const page = await this.connection.send(purpose, (client, abortSignal) =>
      client.send(command, { abortSignal }),
    );
    return (page.Uploads ?? []).flatMap(({ Key, UploadId }) =>
      Key === this.target.Key && UploadId !== undefined ? [UploadId] : [],
    );
  }
}

function checksumOf(
  kind: ChecksumKind,
  digest: Buffer | undefined,
): { ContentMD5?: string; ChecksumSHA256?: string } {
  if (digest === undefined) return {};
  const text = digest.toString('base64');
  return kind === 'md5' ? { ContentMD5: text } : { ChecksumSHA256: text };
}
