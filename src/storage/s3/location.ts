import { UserError } from '../../base/errors.js';

/** Everything that an `s3://` URL says. What is absent comes from the AWS environment and the profile. */
export interface S3Location {
  bucket: string;
  /** Empty, or a path that ends in `/`. */
  prefix: string;
  endpoint?: string;
  region?: string;
  profile?: string;
  pathStyle?: boolean;
  storageClass?: string;
  sse?: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  kmsKeyId?: string;
}

const SECRETS_BELONG =
  'Put the keys into the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or into a profile, and name that with profile=.';

/** Takes one parameter's value into the location, or says what it should have been. */
const PARAMETERS: Record<string, (value: string) => Partial<S3Location> | string> = {
  endpoint: (value) => {
    const wrong = endpointProblem(value);
    return wrong ?? { endpoint: value.replace(/\/+$/, '') };
  },
  region: (value) =>
    /^[A-Za-z0-9-]{1,64}$/.test(value) ? { region: value } : 'a region such as eu-central-1, or auto',
  // eslint-disable-next-line no-control-regex
  profile: (value) => (/^[^\u0000-\u001f[\]]+$/.test(value) ? { profile: value } : 'the name of a profile'),
  'path-style': (value) =>
    value === 'true' || value === 'false' ? { pathStyle: value === 'true' } : 'true or false',
  'storage-class': (value) => {
    if (value === 'GLACIER' || value === 'DEEP_ARCHIVE')
      return (
        'a class that can be read at once, such as STANDARD_IA or GLACIER_IR: objects of this one must be thawed first, ' +
        'so that a backup could be neither proven nor listed (a lifecycle rule of the bucket may move old ones)'
      );
    return /^[A-Z][A-Z0-9_-]*$/.test(value) ? { storageClass: value } : 'a storage class such as STANDARD_IA';
  },
  sse: (value) =>
    value === 'AES256' || value === 'aws:kms' || value === 'aws:kms:dsse'
      ? { sse: value }
      : 'AES256, aws:kms or aws:kms:dsse',
  'kms-key-id': (value) =>
    /^[A-Za-z0-9:/_-]+$/.test(value) ? { kmsKeyId: value } : "a key's id, ARN or alias",
};

/** The names of the parameters, as messages and the documentation list them. */
export const S3_PARAMETERS = Object.keys(PARAMETERS);

/**
 * Understands what follows `s3:` in a storage URL.
 * @throws UserError that names what is wrong, never the value of anything that may be a secret.
 */
export function parseS3Url(rest: string): S3Location {
  if (!rest.startsWith('//')) throw new UserError('An S3 storage is written s3://bucket/prefix.');
  if (rest.includes('#')) throw new UserError('Write # as %23 in an S3 storage URL.');
  const [path = '', query, ...more] = rest.slice(2).split('?');
  if (more.length > 0) throw new UserError('An S3 storage URL has more than one ?. Join parameters with &.');
  const slash = path.indexOf('/');
  const bucket = slash < 0 ? path : path.slice(0, slash);
  // Either is where credentials stand in a URL: what is there is not repeated.
  if (/[@:]/.test(bucket))
    throw new UserError(
      `An S3 storage URL begins with the bucket alone, without user, password or port. ${SECRETS_BELONG}`,
    );
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(bucket))
    throw new UserError(
      bucket === ''
        ? 'The S3 storage URL names no bucket: s3://bucket/prefix.'
        : `"${bucket}" is no name of an S3 bucket: 3 to 63 letters, digits, dots and hyphens.`,
    );
  const location: S3Location = {
    bucket,
    prefix: parsePrefix(slash < 0 ? '' : path.slice(slash + 1)),
    ...parseParameters(query ?? ''),
  };
  if (location.kmsKeyId !== undefined && location.sse?.startsWith('aws:kms') !== true)
    throw new UserError('kms-key-id in an S3 storage URL needs sse=aws:kms beside it.');
  return location;
}

function parsePrefix(text: string): string {
  const decoded = decode(text, 'The prefix of the S3 storage URL').replace(/^\/+|\/+$/g, '');
  if (decoded === '') return '';
  const names = decoded.split('/');
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(decoded) || names.some((name) => ['', '.', '..'].includes(name)))
    throw new UserError(
      'The prefix of an S3 storage URL is names joined by single slashes, without "." and "..".',
    );
  if (Buffer.byteLength(decoded) > 300)
    throw new UserError('The prefix of the S3 storage URL is longer than 300 bytes.');
  return `${decoded}/`;
}

function parseParameters(query: string): Partial<S3Location> {
  const location: Partial<S3Location> = {};
  const seen = new Set<string>();
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), 'A parameter of the S3 storage URL');
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1), `${name} in the S3 storage URL`);
    const take = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (take === undefined) throw new UserError(unknownParameter(name));
    if (seen.has(name)) throw new UserError(`${name} stands twice in the S3 storage URL.`);
    seen.add(name);
    const taken = take(value);
    if (typeof taken === 'string') throw new UserError(`${name} in the S3 storage URL must be ${taken}.`);
    Object.assign(location, taken);
  }
  return location;
}

function unknownParameter(name: string): string {
  if (/secret|passw|token|credential|signature|access.?key|key.?id|^x-amz/i.test(name))
    return `Credentials do not belong into a storage URL (${name}). ${SECRETS_BELONG}`;
  return `"${name}" is no parameter of an S3 storage URL. There are: ${S3_PARAMETERS.join(', ')}.`;
}

/** What an endpoint should have been; undefined where it is one. Never holds any of the value, which may have a password in it. */
export function endpointProblem(value: string): string | undefined {
  const expected =
    "the provider's address such as https://s3.example.com, percent-encoded where it holds & or ?";
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return expected;
  }
  if (url.username !== '' || url.password !== '')
    return `an address without user and password. ${SECRETS_BELONG}`;
  const http = url.protocol === 'https:' || url.protocol === 'http:';
  return http && url.search === '' && url.hash === '' && url.hostname !== '' ? undefined : expected;
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UserError(`${what} holds a % that is no percent-encoding. Write % as %25.`);
  }
}
