import { UserError } from '../../base/errors.js';
import { proxyFor } from '../../base/proxy.js';
import { endpointProblem, type S3Location } from './location.js';

/** How to talk to one S3 service: the URL's settings, then the AWS environment's, then what the host's name tells. */
export interface S3Settings {
  /** Undefined: AWS itself, at its own address for the region. */
  endpoint?: string;
  /** Undefined: the SDK looks into the profile. */
  region?: string;
  profile?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** By which the service is reached. */
  proxy?: string;
  pathStyle: boolean;
  /** AWS: checksums are SHA-256. Elsewhere: MD5, which every S3 service knows. */
  aws: boolean;
  /** The most parts that one object may have. */
  maxParts: number;
}

/** Services that know objects only as https://bucket.host/key. */
const VIRTUAL_HOSTS_ONLY = /\.(aliyuncs\.com|myqcloud\.com)$/;

/** @throws UserError for an environment whose endpoint is none, or holds credentials, which messages would show */
export function s3Settings(location: S3Location, env: NodeJS.ProcessEnv): S3Settings {
  const endpoint =
    given(location.endpoint) ?? endpointOf(env, 'AWS_ENDPOINT_URL_S3') ?? endpointOf(env, 'AWS_ENDPOINT_URL');
  const host = hostOf(endpoint);
  const aws = host === undefined || /\.amazonaws\.com(\.cn)?$/.test(host);
  const region =
    given(location.region) ?? given(env.AWS_REGION) ?? given(env.AWS_DEFAULT_REGION) ?? regionOf(host, aws);
  const profile = given(location.profile) ?? given(env.AWS_PROFILE);
  const credentials = location.profile === undefined ? credentialsOf(env) : undefined;
  const proxy = proxyFor(endpoint ?? addressOf(location.bucket, region), env);
  return {
    ...defined({ endpoint, region, profile, credentials, proxy }),
    pathStyle: location.pathStyle ?? defaultPathStyle(host, aws),
    aws,
    maxParts: host?.endsWith('.scw.cloud') === true ? 1000 : 10_000,
  };
}

/** Where AWS has a bucket. */
function addressOf(bucket: string, region: string | undefined): string {
  return `https://${bucket}.s3.${region === undefined ? '' : `${region}.`}amazonaws.com`;
}

/** Without the properties that are undefined. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function endpointOf(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const value = given(env[variable]);
  const wrong = value === undefined ? undefined : endpointProblem(value);
  if (wrong !== undefined)
    throw new UserError(`The environment variable ${variable} must be ${wrong.replace(/\.$/, '')}.`);
  return value;
}

function hostOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  try {
    return new URL(endpoint).hostname.toLowerCase();
  } catch {
    return '';
  }
}

/**
 * The path style (https://host/bucket/key) works everywhere but at the few services named above: R2, B2, GCS and
 * Scaleway take both, MinIO, Ceph, Garage and Supabase take only it unless they were set up with a domain, and it needs
 * no wildcard certificate. AWS itself wants virtual hosts.
 */
function defaultPathStyle(host: string | undefined, aws: boolean): boolean {
  return host !== undefined && !aws && !VIRTUAL_HOSTS_ONLY.test(host);
}

/** The region is part of the signature. R2 and GCS call theirs `auto`; most others have it in their host's name. */
function regionOf(host: string | undefined, aws: boolean): string | undefined {
  if (host === undefined) return undefined;
  if (/(^|\.)(r2\.cloudflarestorage\.com|storage\.googleapis\.com)$/.test(host)) return 'auto';
  const named =
    /^(?:[a-z0-9-]+\.)*s3[.-](?:dualstack\.)?([a-z]{2,}(?:-[a-z0-9]+)+)\./.exec(host) ??
    /^([a-z0-9-]+)\.digitaloceanspaces\.com$/.exec(host);
  return named?.[1] ?? (aws ? undefined : 'us-east-1');
}

/** Keys that stand in the environment. Whatever else may hold some (profiles, roles, OIDC) is left to the SDK. */
function credentialsOf(env: NodeJS.ProcessEnv): S3Settings['credentials'] {
  const accessKeyId = given(env.AWS_ACCESS_KEY_ID);
  const secretAccessKey = given(env.AWS_SECRET_ACCESS_KEY);
  const sessionToken = given(env.AWS_SESSION_TOKEN);
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
