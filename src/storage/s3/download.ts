import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { StoreError } from '../errors.js';
import { retrying, type RetryOptions } from '../retry.js';
import type { Purpose, S3Connection } from './client.js';

/** An object as it was when reading began. */
interface Opened {
  body: Readable;
  bytes: number | undefined;
  etag: string | undefined;
}

/** How often in a row reading may break off without a single byte having come. */
const FRUITLESS = 5;

/**
 * Opens an object. The bytes that the returned iterator gives go on where they broke off when the connection is cut, or
 * times out because the reader was busy with other things; an object that was replaced in between is an error.
 * @throws StoreError, with `notFound` where there is none.
 */
export async function download(
  connection: S3Connection,
  key: string,
  retry: Partial<RetryOptions>,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const purpose: Purpose = {
    doing: `read ${connection.name(key)}`,
    permission: 's3:GetObject',
    ...(signal === undefined ? {} : { signal }),
  };
  const open = async (offset: number, etag: string | undefined): Promise<Opened> => {
    const range =
      offset === 0 ? {} : { Range: `bytes=${offset}-`, ...(etag === undefined ? {} : { IfMatch: etag }) };
    const command = new GetObjectCommand({ Bucket: connection.bucket, Key: connection.key(key), ...range });
    const { Body, ContentLength, ETag } = await connection.get(command, purpose);
    return { body: Body as Readable, bytes: ContentLength, etag: ETag };
  };
  return bytesOf(await open(0, undefined), open, connection, purpose, retry);
}

async function* bytesOf(
  first: Opened,
  open: (offset: number, etag: string | undefined) => Promise<Opened>,
  connection: S3Connection,
  purpose: Purpose,
  retry: Partial<RetryOptions>,
): AsyncIterable<Uint8Array> {
  let { body } = first;
  let offset = 0;
  let fruitless = 0;
  for (;;) {
    try {
      for await (const chunk of body) {
        const bytes = chunk as Uint8Array;
        offset += bytes.byteLength;
        fruitless = 0;
        yield bytes;
      }
      if (first.bytes === undefined || offset === first.bytes) return;
      throw new StoreError(`Could not ${purpose.doing}. Only ${offset} of ${first.bytes} bytes came.`, {
        retryable: true,
      });
    } catch (error) {
      const explained = connection.explain(error, purpose);
      fruitless += 1;
      if (!(explained instanceof StoreError) || !explained.retryable || fruitless > FRUITLESS)
        throw explained;
      body = (await retrying(`Reading on at byte ${offset}`, () => open(offset, first.etag), retry)).body;
    }
  }
}
