import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError } from '../../base/errors.js';
import { silentReporter, type Reporter } from '../../base/reporter.js';
import { githubHeaders, saidBy } from '../../base/github-rest.js';
import { formatDuration } from '../../base/units.js';
import { webFetch } from '../../base/web-fetch.js';
import type { RetryOptions } from '../retry.js';
import { StoreError } from '../errors.js';
import type { ArtifactAccess } from './access.js';
import {
  answerError,
  connectionError,
  limitError,
  limitWait,
  LONGEST_WAIT_MS,
  type Purpose,
} from './rest-errors.js';

/** How long GitHub may take to answer, and how long a request that cleans up after a cancelled run. */
const ANSWER_MS = 60_000;
const CLEANUP_MS = 2500;
/** How often in a row a limit is waited for. */
const WAITS = 3;

/** GitHub's REST API for one repository. One attempt a request, but for limits, which are waited for where that is short. */
export class ArtifactApi {
  readonly repository: string;
  private readonly base: string;
  private readonly reporter: Pick<Reporter, 'info'>;
  private readonly sleep: RetryOptions['sleep'];

  constructor(
    private readonly access: ArtifactAccess,
    private readonly options: Partial<RetryOptions>,
  ) {
    this.repository = access.repository;
    this.base = `${access.apiUrl.replace(/\/+$/, '')}/repos/${access.repository}/actions`;
    this.reporter = options.reporter ?? silentReporter;
    this.sleep =
      options.sleep ??
      (async (ms, signal) => {
        await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
      });
  }

  /** The answer to a GET, as JSON. `path` follows `/actions`. */
  async json(path: string, purpose: Purpose): Promise<unknown> {
    const response = await this.send('GET', path, purpose);
    try {
      return await response.json();
    } catch (error) {
      throw this.explain(error, purpose);
    }
  }

  /** Where the bytes of an artifact are, for about a minute. Whoever has the URL can read them. */
  async blobUrl(id: number, purpose: Purpose): Promise<string> {
    const response = await this.send('GET', `/artifacts/${id}/zip`, purpose);
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (location === null)
      throw new StoreError(
        `Could not ${purpose.doing}. GitHub did not say where it is (${response.status}).`,
      );
    return location;
  }

  /** Deleting what is not there is no error. */
  async remove(id: number, what: string): Promise<void> {
    const doing = `delete the artifact ${what} of ${this.repository}`;
    try {
      const response = await this.send('DELETE', `/artifacts/${id}`, {
        doing,
        permission: 'write',
        artifact: true,
        cleanup: true,
      });
      await response.body?.cancel();
    } catch (error) {
      if (!(error instanceof StoreError && error.notFound)) throw error;
    }
  }

  /** Bytes from the blob store, which never sees the token. `signal` ends the request and its body. */
  async blob(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const all = this.options.signal === undefined ? signal : AbortSignal.any([signal, this.options.signal]);
    return webFetch(url, { headers, signal: all });
  }

  /** What went wrong on the way, or that the run was cancelled. */
  explain(error: unknown, purpose: Purpose): unknown {
    if (error instanceof StoreError || error instanceof CancelledError) return error;
    if (this.cancelled && purpose.cleanup !== true) return new CancelledError();
    return connectionError(error, purpose);
  }

  private get cancelled(): boolean {
    return this.options.signal?.aborted === true;
  }

  private async send(method: string, path: string, purpose: Purpose): Promise<Response> {
    for (let waits = 0; ; waits += 1) {
      const response = await this.once(method, path, purpose);
      if (response.status < 400) return response;
      const wait = limitWait(response.status, response.headers);
      const said = await saidBy(response);
      if (wait === undefined)
        throw answerError(response.status, said, {
          ...purpose,
          permission: this.access.permission === 'write' ? 'write' : purpose.permission,
        });
      if (wait > LONGEST_WAIT_MS || waits === WAITS || this.cancelled) throw limitError(purpose, wait);
      this.reporter.info(
        `GitHub asks to wait ${formatDuration(wait / 1000)} before it takes more requests with this token.`,
      );
      await this.sleep(wait, this.options.signal);
      if (this.cancelled && purpose.cleanup !== true) throw new CancelledError();
    }
  }

  private async once(method: string, path: string, purpose: Purpose): Promise<Response> {
    const { signal } = this.options;
    const cleanup = purpose.cleanup === true;
    const timeout = AbortSignal.timeout(cleanup && this.cancelled ? CLEANUP_MS : ANSWER_MS);
    try {
      return await webFetch(this.base + path, {
        method,
        // The blob is on another host, which must not get the token.
        redirect: 'manual',
        headers: githubHeaders(this.access.token),
        signal: cleanup || signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
    } catch (error) {
      throw this.explain(error, purpose);
    }
  }
}
