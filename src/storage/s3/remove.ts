import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { StoreError } from '../errors.js';
import type { S3Connection } from './client.js';

/** Removes one object; none is no error. Works after the run was cancelled too. */
export async function removeObject(connection: S3Connection, key: string): Promise<void> {
  const purpose = { doing: `remove ${connection.name(key)}`, permission: 's3:DeleteObject', cleanup: true };
  try {
    await connection.send(purpose, (client, abortSignal) =>
      client.send(new DeleteObjectCommand({ Bucket: connection.bucket, Key: connection.key(key) }), {
        abortSignal,
      }),
    );
  } catch (error) {
    if (!(error instanceof StoreError && error.notFound)) throw error;
  }
}
