import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client, type GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { CancelledError } from '../../base/errors.js';
import { s3Error } from './errors.js';
import type { S3Location } from './location.js';
import type { S3Settings } from './settings.js';

/** How long to wait for a service that says nothing. */
export interface S3Timeouts {
  /** For a connection, in milliseconds. */
  connectMs: number;
  /** For the next byte in either direction, in milliseconds. */
  stallMs: number;
  /** For a whole request that only cleans up, in milliseconds; and after the run was cancelled. */
  cleanupMs: number;
  cancelledMs: number;
}

export const S3_TIMEOUTS: S3Timeouts = {
  connectMs: 10_000,
  stallMs: 60_000,
  cleanupMs: 20_000,
  cancelledMs: 2000,
};

/** What a request is for, for its messages. */
export interface Purpose {
  doing: string;
  permission: string;
  /** A request that cleans up is sent although the run was cancelled. */
  cleanup?: boolean;
  signal?: AbortSignal;
}

/** Connections at once. Latency, not the service, decides how fast many small objects are read. */
export const SOCKETS = 64;
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

function agentsFor(proxy: string | undefined) {
  const options = { keepAlive: true, maxSockets: SOCKETS };
  if (proxy === undefined) return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
  const agent = new HttpsProxyAgent(proxy, options);
  return { httpAgent: agent, httpsAgent: agent };
}

/** The SDK's client, one attempt a request, with errors of our own. */
export class S3Connection {
  readonly client: S3Client;
  private getting: ReturnType<GetObjectCommand['resolveMiddleware']> | undefined;
  readonly bucket: string;
  /** Where the bucket is looked for, for messages. */
  readonly where: string;

  constructor(
    readonly location: S3Location,
    readonly settings: S3Settings,
    private readonly timeouts: S3Timeouts,
    private readonly signal: AbortSignal | undefined,
  ) {
    // Its warning about Node 20 would stand in the log of every run; what Node pgkeep needs is our own business.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    const { endpoint, region, profile, credentials, aws } = settings;
    this.bucket = location.bucket;
    this.where = endpoint ?? `AWS${region === undefined ? '' : ` in ${region}`}`;
    this.client = new S3Client({
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      ...(profile === undefined || credentials !== undefined ? {} : { profile }),
      ...(credentials === undefined ? {} : { credentials }),
      forcePathStyle: settings.pathStyle,
      // Services other than AWS refuse or mangle the CRC32 headers and trailers that the SDK sends by default.
      requestChecksumCalculation: aws ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // Some services never answer it and each part would wait six seconds.
      expectContinueHeader: false,
      maxAttempts: 1,
      logger: quiet,
      requestHandler: {
        connectionTimeout: timeouts.connectMs,
        socketTimeout: timeouts.stallMs,
        ...agentsFor(settings.proxy),
      },
    });
  }

  /**
   * Sends one request: `request` gets the client and the signal that ends it.
   * @throws StoreError or CancelledError.
   */
  async send<T>(
    purpose: Purpose,
    request: (client: S3Client, abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const own = purpose.cleanup === true ? this.cleanupSignal() : this.signal;
    const signals = [purpose.signal, own].filter((one) => one !== undefined);
    const [only, ...more] = signals;
    const signal = only !== undefined && more.length === 0 ? only : AbortSignal.any(signals);
    try {
      return await request(this.client, signal);
    } catch (error) {
      throw this.explain(error, purpose);
    }
  }

  /**
   * Reads an object. As `send`, but how such a request is made is worked out once and not thousands of times: a list of
   * all backups costs a fifth less CPU. A request with a signal of its own is made by itself.
   */
  async get(command: GetObjectCommand, purpose: Purpose): Promise<GetObjectCommandOutput> {
    return this.send(purpose, async (client, abortSignal) => {
      if (purpose.signal !== undefined) return client.send(command, { abortSignal });
      const options = this.signal === undefined ? {} : { abortSignal: this.signal };
      this.getting ??= command.resolveMiddleware(client.middlewareStack, client.config, options);
      return (await this.getting(command)).output;
    });
  }

  explain(error: unknown, { doing, permission, cleanup }: Purpose): Error {
    const explained = s3Error(error, { doing, permission, bucket: this.bucket, where: this.where });
    const late = cleanup === true && explained instanceof CancelledError;
    return late
      ? s3Error({ name: 'TimeoutError' }, { doing, permission, bucket: this.bucket, where: this.where })
      : explained;
  }

  private cleanupSignal(): AbortSignal {
    const cancelled = this.signal?.aborted === true;
    return AbortSignal.timeout(cancelled ? this.timeouts.cancelledMs : this.timeouts.cleanupMs);
  }

  /** The full key of an object. */
  key(key: string): string {
    return this.location.prefix + key;
  }

  /** An object's name in messages. */
  name(key: string): string {
    return `s3://${this.bucket}/${this.key(key)}`;
  }
}
