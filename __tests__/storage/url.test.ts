import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/base/errors.js';
import { openStore } from '../../src/storage/registry.js';
import { s3Settings } from '../../src/storage/s3/settings.js';
import { parseStorageUrl, placeOf } from '../../src/storage/url.js';

describe('storage URLs that are right', () => {
  it.each([
    ['file:///var/backups', '/var/backups'],
    ['FILE:///var/backups/', '/var/backups/'],
    ['file:///with%20space/%C3%BC%25%3F%23', '/with space/ü%?#'],
    ['file:///a/../b', '/b'],
  ])('%s', (url, root) => {
    expect(parseStorageUrl(url)).toEqual({ scheme: 'file', url, root });
  });

  it.each([
    ['s3://bucket', { bucket: 'bucket', prefix: '' }],
    ['s3://bucket/', { bucket: 'bucket', prefix: '' }],
    ['s3://my.bucket-1/prod/', { bucket: 'my.bucket-1', prefix: 'prod/' }],
    ['s3://bucket/a%20b/%C3%BC%3F', { bucket: 'bucket', prefix: 'a b/ü?/' }],
    ['s3://bucket/p?region=auto', { bucket: 'bucket', prefix: 'p/', region: 'auto' }],
    [
      's3://bucket?endpoint=https://s3.example.com:9000/base/&path-style=false&profile=my%20set',
      { endpoint: 'https://s3.example.com:9000/base', pathStyle: false, profile: 'my set' },
    ],
    ['s3://bucket?endpoint=https%3A%2F%2Fs3.example.com', { endpoint: 'https://s3.example.com' }],
    [
      's3://bucket?storage-class=STANDARD_IA&sse=aws:kms&kms-key-id=arn:aws:kms:eu-west-1:1:key/a-b',
      { storageClass: 'STANDARD_IA', sse: 'aws:kms', kmsKeyId: 'arn:aws:kms:eu-west-1:1:key/a-b' },
    ],
    ['s3://bucket?sse=AES256&path-style=true', { sse: 'AES256', pathStyle: true }],
  ])('%s', (url, location) => {
    const parsed = parseStorageUrl(url);
    expect(parsed).toMatchObject({ scheme: 's3', url, s3: location });
  });
});

describe('the place that a storage URL leads to', () => {
  it.each([
    ['s3://my-b/p', 's3://my-b/p/?region=eu-central-1&storage-class=STANDARD_IA'],
    ['s3://my-b/p?endpoint=https://s3.example', 'S3://my-b/%70?endpoint=https://s3.example/'],
    ['file:///var/backups', 'file:///var/backups/'],
    ['artifact://', 'ARTIFACT://'],
    ['what is none', 'what is none'],
  ])('%s and %s are one', (one, other) => {
    expect(placeOf(one)).toBe(placeOf(other));
  });

  it.each([
    ['s3://my-b/p', 's3://my-b/q'],
    ['s3://my-b/p', 's3://my-c/p'],
    ['s3://my-b/p', 's3://my-b/p?endpoint=https://s3.example'],
    ['s3://my-b/p?profile=one', 's3://my-b/p?profile=two'],
    ['file:///a', 'file:///b'],
  ])('%s and %s are two', (one, other) => {
    expect(placeOf(one)).not.toBe(placeOf(other));
  });
});

describe('storage URLs that are refused by name', () => {
  it.each([
    ['/var/backups', /named by a URL: artifact:\/\/, s3:\/\/bucket\/prefix, or file:\/\/\/path/],
    ['', /named by a URL/],
    [
      'gs://bucket',
      /no storage of the kind "gs:"\. Use artifact:\/\/, s3:\/\/bucket\/prefix, or file:\/\/\/path/,
    ],
    ['artifact:', /nothing after the slashes/],
    ['artifact://acme/shop', /nothing after the slashes/],
    ['file://relative/path', /three slashes/],
    ['file:relative', /three slashes/],
    ['file:///', /root of the file system/],
    ['file:////', /root of the file system/],
    ['file:///a?b=c', /%3F/],
    ['file:///a#b', /%23/],
    ['file:///a%00b', /NUL/],
    ['file:///a%2Fb', /cannot be read/],
    ['file:///a%', /cannot be read/],
    ['s3:bucket', /s3:\/\/bucket\/prefix/],
    ['s3://', /names no bucket/],
    ['s3:///prefix', /names no bucket/],
    ['s3://ab', /no name of an S3 bucket/],
    ['s3://-bucket', /no name of an S3 bucket/],
    ['s3://bu cket', /no name of an S3 bucket/],
    ['s3://bucket/a//b', /single slashes/],
    ['s3://bucket/../b', /single slashes/],
    ['s3://bucket/%0A', /single slashes/],
    ['s3://bucket/%', /%25/],
    ['s3://bucket/a#b', /%23/],
    [`s3://bucket/${'x'.repeat(301)}`, /longer than 300/],
    ['s3://bucket?a?b', /more than one \?/],
    [
      's3://bucket?regoin=x',
      /"regoin" is no parameter .* endpoint, region, profile, path-style, storage-class, sse, kms-key-id/,
    ],
    ['s3://bucket?constructor=x', /"constructor" is no parameter/],
    ['s3://bucket?region', /region in the S3 storage URL must be/],
    ['s3://bucket?region=a/b', /region in the S3 storage URL must be/],
    ['s3://bucket?region=a&region=b', /stands twice/],
    ['s3://bucket?path-style=yes', /path-style in the S3 storage URL must be true or false/],
    ['s3://bucket?path-style=', /must be true or false/],
    ['s3://bucket?endpoint=s3.example.com', /endpoint in the S3 storage URL must be .*https:\/\//],
    ['s3://bucket?endpoint=ftp://s3.example.com', /endpoint in the S3 storage URL must be/],
    ['s3://bucket?endpoint=https://h%3Fx=y', /endpoint in the S3 storage URL must be/],
    ['s3://bucket?profile=', /profile in the S3 storage URL must be/],
    ['s3://bucket?storage-class=standard', /storage-class in the S3 storage URL must be/],
    ['s3://bucket?storage-class=DEEP_ARCHIVE', /thawed first/],
    ['s3://bucket?sse=rot13', /AES256, aws:kms or aws:kms:dsse/],
    ['s3://bucket?kms-key-id=x', /needs sse=aws:kms/],
    ['s3://bucket?kms-key-id=x&sse=AES256', /needs sse=aws:kms/],
  ])('%s', (url, message) => {
    expect(() => parseStorageUrl(url)).toThrow(UserError);
    expect(() => parseStorageUrl(url)).toThrow(message);
  });

  it.each([
    's3://AKIAEXAMPLE:hunter2secret@bucket/prefix',
    's3://hunter2secret@bucket',
    's3://AKIAEXAMPLE:hunter2secret/bucket',
    's3://bucket?secret-access-key=hunter2secret',
    's3://bucket?AWS_SECRET_ACCESS_KEY=hunter2secret',
    's3://bucket?access_key=hunter2secret',
    's3://bucket?accesskeyid=hunter2secret',
    's3://bucket?session-token=hunter2secret',
    's3://bucket?password=hunter2secret',
    's3://bucket?X-Amz-Signature=hunter2secret',
    's3://bucket?endpoint=https://me:hunter2secret@host',
  ])('credentials: %s', (url) => {
    let message = '';
    try {
      parseStorageUrl(url);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/AWS_ACCESS_KEY_ID/);
    expect(message).not.toContain('hunter2secret');
  });

  it('is refused when a store is opened, before anything is touched', async () => {
    await expect(openStore('ftp://x/y', { env: {} })).rejects.toThrow(/no storage of the kind "ftp:"/);
  });
});

describe('S3 settings', () => {
  const settings = (url: string, env: NodeJS.ProcessEnv = {}) => {
    const parsed = parseStorageUrl(url);
    if (parsed.scheme !== 's3') throw new Error('not S3');
    return s3Settings(parsed.s3, env);
  };

  it.each([
    ['', { pathStyle: false, aws: true }],
    ['endpoint=https://s3.eu-west-1.amazonaws.com', { pathStyle: false, aws: true, region: 'eu-west-1' }],
    ['endpoint=https://bucket.vpce-1-x.s3.us-east-1.vpce.amazonaws.com', { aws: true, region: 'us-east-1' }],
    ['endpoint=https://acc.r2.cloudflarestorage.com', { pathStyle: true, aws: false, region: 'auto' }],
    ['endpoint=https://acc.eu.r2.cloudflarestorage.com', { region: 'auto' }],
    ['endpoint=https://storage.googleapis.com', { pathStyle: true, aws: false, region: 'auto' }],
    [
      'endpoint=https://s3.us-west-004.backblazeb2.com',
      { pathStyle: true, aws: false, region: 'us-west-004' },
    ],
    ['endpoint=https://s3.fr-par.scw.cloud', { region: 'fr-par', maxParts: 1000 }],
    ['endpoint=https://fra1.digitaloceanspaces.com', { region: 'fra1', maxParts: 10_000 }],
    ['endpoint=https://s3.eu-central-2.wasabisys.com', { region: 'eu-central-2' }],
    ['endpoint=https://minio.example.com', { pathStyle: true, region: 'us-east-1' }],
    ['endpoint=http://127.0.0.1:9000', { pathStyle: true, aws: false, region: 'us-east-1' }],
    ['endpoint=http://[::1]:9000', { pathStyle: true, region: 'us-east-1' }],
    ['endpoint=https://oss-cn-beijing.aliyuncs.com', { pathStyle: false, aws: false }],
    ['endpoint=https://minio.example.com&path-style=false&region=x', { pathStyle: false, region: 'x' }],
    ['path-style=true', { pathStyle: true, aws: true }],
  ])('%s', (query, expected) => {
    expect(settings(`s3://bucket?${query}`)).toMatchObject(expected);
  });

  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'])('hold no credentials in %s', (variable) => {
    for (const value of [
      'https://me:hunter2secret@s3.example.com',
      'https://s3.example.com/?key=hunter2secret',
      'hunter2secret',
    ]) {
      let message = '';
      try {
        settings('s3://bucket', { [variable]: value });
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(
        new RegExp(`^The environment variable ${variable} must be (an|the provider's) address [^]*[^.]\\.$`),
      );
      expect(message).not.toContain('hunter2secret');
    }
    // What the URL says goes before.
    expect(settings('s3://bucket?endpoint=https://h', { [variable]: 'hunter2secret' }).endpoint).toBe(
      'https://h',
    );
  });

  it('come from the AWS environment where the URL is silent, and from the URL where it is not', () => {
    const env = {
      AWS_ENDPOINT_URL: 'http://all:1',
      AWS_ENDPOINT_URL_S3: 'http://s3:2',
      AWS_REGION: 'from-env',
      AWS_DEFAULT_REGION: 'default',
      AWS_ACCESS_KEY_ID: ' id\n',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: '',
    };
    expect(settings('s3://bucket', env)).toEqual({
      endpoint: 'http://s3:2',
      region: 'from-env',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      pathStyle: true,
      aws: false,
      maxParts: 10_000,
    });
    expect(settings('s3://bucket?endpoint=http://url:3&region=r', env)).toMatchObject({
      endpoint: 'http://url:3',
      region: 'r',
    });
    expect(settings('s3://bucket', { ...env, AWS_ENDPOINT_URL_S3: '', AWS_REGION: '' })).toMatchObject({
      endpoint: 'http://all:1',
      region: 'default',
    });
  });

  it('take a profile of the URL before the keys of the environment', () => {
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_PROFILE: 'other' };
    const chosen = settings('s3://bucket?profile=mine', env);
    expect(chosen.profile).toBe('mine');
    expect(chosen.credentials).toBeUndefined();
  });
});
