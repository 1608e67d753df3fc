import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { missingCeph, startCeph, type CephServer } from '../servers/ceph.mjs';

const missing = missingCeph();

/** Whether the S3 server is installed here. Says so on standard error where it is not; decide with it at load time. */
export function s3IsHere(suite: string): boolean {
  if (missing.length > 0) process.stderr.write(`NOT RUN: ${suite}: not installed: ${missing.join(', ')}\n`);
  return missing.length === 0;
}

/** A running S3 server, and a plain client to look at it from outside. */
export interface S3Server {
  ceph: CephServer;
  client: S3Client;
  /** Makes a bucket of its own for one test. */
  bucket(): Promise<string>;
  /** Every key in a bucket. */
  keys(bucket: string): Promise<string[]>;
  /** The keys of all unfinished uploads in a bucket. */
  unfinished(bucket: string): Promise<string[]>;
  stop(): void;
}

export async function startS3(): Promise<S3Server> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const ceph = await startCeph();
  const client = new S3Client({
    endpoint: ceph.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: ceph.accessKey, secretAccessKey: ceph.secretKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    ceph,
    client,
    bucket: async () => {
      const name = `test-${randomBytes(6).toString('hex')}`;
      await client.send(new CreateBucketCommand({ Bucket: name }));
      return name;
    },
    keys: async (bucket) => {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      return (page.Contents ?? []).map(({ Key }) => Key ?? '');
    },
    unfinished: async (bucket) => {
      const page = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return (page.Uploads ?? []).map(({ Key }) => Key ?? '');
    },
    stop: () => {
      client.destroy();
      ceph.stop();
    },
  };
}
