// Requests to the bench's own S3 server, with the signature that any S3 server asks for.
import { createHash, createHmac } from 'node:crypto';

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** `PUT path`, AWS Signature Version 4. The path must need no encoding. */
async function put({ endpoint, accessKey, secretKey }, path, body) {
  const { host } = new URL(endpoint);
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const headers = { host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time };
  const signed = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const canonical = ['PUT', path, '', ...lines, '', signed, sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce(hmac, `AWS4${secretKey}`);
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  const response = await fetch(endpoint + path, {
    method: 'PUT',
    headers: { ...headers, authorization },
    body,
  });
  if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
}

export const createBucket = (server, bucket) => put(server, `/${bucket}`, '');

export const putObject = (server, bucket, key, body) => put(server, `/${bucket}/${key}`, body);
