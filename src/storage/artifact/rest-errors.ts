import { messageOf } from '../../base/errors.js';
import { formatDuration } from '../../base/units.js';
import { StoreError } from '../errors.js';
import type { ArtifactPermission } from './access.js';

/** What a request is for, for its messages. */
export interface Purpose {
  /** `list the artifacts of acme/shop` */
  doing: string;
  permission: ArtifactPermission;
  /** What is asked for is one artifact: where GitHub finds nothing, it is gone. */
  artifact?: boolean;
  /** A request that cleans up is sent although the run was cancelled. */
  cleanup?: boolean;
}

/** The longest that is waited for a limit to pass, in milliseconds. */
export const LONGEST_WAIT_MS = 180_000;

/** How long GitHub asks us to wait, in milliseconds; undefined where it is no limit that refuses us. */
export function limitWait(status: number, headers: Headers, now = Date.now()): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  // docs.github.com, "Rate limits for the REST API": `retry-after` in seconds, else the reset in epoch seconds.
  const after = Number(headers.get('retry-after') ?? NaN);
  if (Number.isFinite(after)) return Math.max(0, after * 1000);
  const reset = Number(headers.get('x-ratelimit-reset') ?? NaN);
  if (headers.get('x-ratelimit-remaining') === '0' && Number.isFinite(reset))
    return Math.max(0, reset * 1000 - now);
  return status === 429 ? 60_000 : undefined;
}

/** The request budget is used up for longer than anybody waits. */
export function limitError({ doing }: Purpose, waitMs: number, now = Date.now()): StoreError {
  const until = `${new Date(now + waitMs).toISOString().slice(11, 16)} UTC`;
  return new StoreError(
    `Could not ${doing}. GitHub takes no more requests with this token for ${formatDuration(waitMs / 1000)}, until ${until}: the token of a workflow has 1,000 requests an hour, which all runs of the repository share. Run it again after that, or store in s3://bucket/prefix.`,
    { code: 'RATE_LIMIT' },
  );
}

/** GitHub answered, and not with what was asked for. */
export function answerError(
  status: number,
  said: string,
  { doing, permission, artifact }: Purpose,
): StoreError {
  const could = `Could not ${doing}.`;
  const code = String(status);
  if (artifact === true && (status === 404 || status === 410))
    return new StoreError(
      `${could} It is no longer there: ${status === 410 ? 'it has expired' : 'it was deleted or has expired'}. Artifacts are kept for a limited time, see artifact-retention-days.`,
      { notFound: true, code },
    );
  if (status === 401)
    return new StoreError(`${could} GitHub does not know the token, or it has expired. Check github-token.`, {
      code,
    });
  if (status === 403 || status === 404)
    return new StoreError(
      `${could} The token has no permission for it. Add to the job: "permissions:" with "actions: ${permission}" (and "contents: read" where the job checks out the repository). A token of your own needs the same of the repository.${said}`,
      { code },
    );
  if (status >= 500 || status === 408)
    return new StoreError(`${could} GitHub answered ${status}.${said}`, { code, retryable: true });
  return new StoreError(`${could} GitHub answered ${status}.${said}`, { code });
}

/** No answer came, or it broke off. */
export function connectionError(error: unknown, { doing }: Purpose): StoreError {
  // What fetch throws says "fetch failed"; what happened is its cause.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  return new StoreError(
    `Could not ${doing}. ${timedOut ? 'GitHub did not answer in time.' : `The connection failed: ${messageOf(cause)}.`}`,
    { retryable: true, cause },
  );
}
