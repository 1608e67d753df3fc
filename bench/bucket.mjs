// Makes a bucket on the bench's own S3 server, with the signature that any S3 server asks for.
import { createHash, createHmac } from 'node:crypto';

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** `PUT /bucket`, AWS Signature Version 4. */
export async function createBucket({ endpoint, accessKey, secretKey }, bucket) {
  const { host } = new URL(endpoint);
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const headers = { host, 'x-amz-content-sha256': sha256(''), 'x-amz-date': time };
  const signed = Object.keys(headers).join(';');
  const canonical = [
    'PUT',
    `/${bucket}`,
    '',
    ...Object.entries(headers).map(([k, v]) => `${k}:${v}`),
    '',
    signed,
    sha256(''),
  ];
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical.join('\n'))].join('\n');
  const key = scope.split('/').reduce(hmac, `AWS4${secretKey}`);
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  const response = await fetch(`${endpoint}/${bucket}`, {
    method: 'PUT',
    headers: { ...headers, authorization },
  });
  if (!response.ok) throw new Error(`creating bucket ${bucket}: ${response.status} ${await response.text()}`);
}
