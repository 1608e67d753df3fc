import { Readable } from 'node:stream';
import { HeadObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { StoreError } from '../errors.js';
import { checkKey, checkPrefix } from '../keys.js';
import type { RetryOptions } from '../retry.js';
import type { ObjectInfo, Store, Upload, UploadOptions } from '../store.js';
import { SOCKETS, type S3Connection } from './client.js';
import { download } from './download.js';
import { removeObject } from './remove.js';
import { S3Upload } from './upload.js';

/** A bucket, or what lies below a prefix in it. */
export class S3Store implements Store {
  readonly readsAtOnce = SOCKETS;

  constructor(
    readonly url: string,
    private readonly connection: S3Connection,
    private readonly retry: Partial<RetryOptions>,
  ) {}

  // eslint-disable-next-line @typescript-eslint/require-await -- the first request comes with the first part
  async upload(key: string, options: UploadOptions = {}): Promise<Upload> {
    return new S3Upload(this.connection, checkKey(key), options, this.retry);
  }

  async get(key: string): Promise<Readable> {
    const bytes = await download(this.connection, checkKey(key), this.retry);
    return Readable.from(bytes, { objectMode: false });
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    const purpose = {
      doing: `look at ${this.connection.name(key)}`,
      permission: 's3:GetObject and s3:ListBucket',
    };
    try {
      const head = await this.connection.send(purpose, (client, abortSignal) =>
        client.send(
          new HeadObjectCommand({ Bucket: this.connection.bucket, Key: this.connection.key(checkKey(key)) }),
          {
            abortSignal,
          },
        ),
      );
      return { key, bytes: head.ContentLength ?? 0, modified: head.LastModified ?? new Date(0) };
    } catch (error) {
      if (error instanceof StoreError && error.notFound) return undefined;
      throw error;
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    for await (const { Contents } of this.pages(checkPrefix(prefix))) {
      for (const { Key, Size, LastModified } of Contents ?? []) {
        // Consoles make empty objects that end in a slash, to show a folder.
        if (Key === undefined || Key.endsWith('/')) continue;
        yield { key: this.relative(Key), bytes: Size ?? 0, modified: LastModified ?? new Date(0) };
      }
    }
  }

  async folders(prefix: string): Promise<string[]> {
    checkPrefix(prefix);
    const parent = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    const names: string[] = [];
    for await (const { CommonPrefixes } of this.pages(parent, '/')) {
      for (const { Prefix } of CommonPrefixes ?? []) {
        if (Prefix !== undefined) names.push(this.relative(Prefix).slice(parent.length, -1));
      }
    }
    return names;
  }

  private async *pages(prefix: string, delimiter?: string): AsyncIterable<ListObjectsV2CommandOutput> {
    const purpose = { doing: `list ${this.connection.name(prefix)}`, permission: 's3:ListBucket' };
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: this.connection.bucket,
        Prefix: this.connection.key(prefix),
        ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      const page = await this.connection.send(purpose, (client, abortSignal) =>
        client.send(command, { abortSignal }),
      );
      yield page;
      if (page.IsTruncated === true && page.NextContinuationToken === undefined)
        throw new StoreError(
          `Could not ${purpose.doing}. The service ended the list half-way, so it cannot be trusted.`,
        );
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async remove(key: string): Promise<void> {
    await removeObject(this.connection, checkKey(key));
  }

  locate(key: string): string {
    const path = this.connection.key(checkKey(key)).split('/').map(encodeURIComponent).join('/');
    return `s3://${this.connection.bucket}/${path}`;
  }

  private relative(key: string): string {
    return key.slice(this.connection.location.prefix.length);
  }
}
