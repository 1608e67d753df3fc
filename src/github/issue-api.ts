import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError, codeOf, UserError } from '../base/errors.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';
import { githubHeaders, saidBy } from '../base/github-rest.js';
import { formatDuration } from '../base/units.js';
import { webFetch } from '../base/web-fetch.js';
import { limitWait } from '../storage/artifact/rest-errors.js';

/** Where the issues are, and the token for them. */
export type IssueAccess = Pick<ArtifactAccess, 'repository' | 'apiUrl' | 'token'>;

/** How patient the requests are; no issue is worth more of a job's time. All times in milliseconds. */
export interface IssuePatience {
  attempts: number;
  /** For one answer. */
  timeoutMs: number;
  /** The first wait; the next is three times as long. */
  waitMs: number;
  /** For all requests and waits together. */
  totalMs: number;
}

const PATIENCE: IssuePatience = { attempts: 3, timeoutMs: 10_000, waitMs: 1000, totalMs: 120_000 };

/** What the requests are for, for their messages. */
export interface IssuePurpose {
  /** `write issues`: `The token may not write issues of acme/shop`. */
  doing: string;
  /** `issues: write` */
  permission: string;
}

const WRITE_ISSUES: IssuePurpose = { doing: 'write issues', permission: 'issues: write' };

/** What GitHub says of an issue, as far as it matters here (docs.github.com, "REST API endpoints for issues"). */
export interface RestIssue {
  number: number;
  html_url: string;
  body: string | null;
  /** `OWNER`, `MEMBER`, `COLLABORATOR`, `NONE`, ... */
  author_association: string;
  user: { type: string } | null;
  /** Pull requests are listed as issues, with this. */
  pull_request?: unknown;
}

/** A comment on an issue or a pull request. */
export interface RestComment {
  id: number;
  html_url: string;
  body?: string | null;
  author_association: string;
  user: { type: string } | null;
}

const OF_THE_HOUSE = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

/** Written by an app, as the token of a workflow is, or by someone of the repository: not by somebody passing by. */
export function ofTheHouse({
  user,
  author_association,
}: Pick<RestComment, 'user' | 'author_association'>): boolean {
  return user?.type === 'Bot' || OF_THE_HOUSE.has(author_association);
}

/** The issues of one repository by GitHub's REST API. What may pass is tried again, a few times and not for long. */
export class IssueApi {
  readonly repository: string;
  private readonly base: string;
  private readonly patience: IssuePatience;
  /** What is left of `totalMs`. */
  private leftMs: number;

  constructor(
    private readonly access: IssueAccess,
    private readonly signal: AbortSignal,
    patience: Partial<IssuePatience> = {},
    private readonly purpose: IssuePurpose = WRITE_ISSUES,
  ) {
    this.repository = access.repository;
    this.base = `${access.apiUrl.replace(/\/+$/, '')}/repos/${access.repository}/issues`;
    this.patience = { ...PATIENCE, ...patience };
    this.leftMs = this.patience.totalMs;
  }

  /**
   * One request. `path` follows `/issues`.
   * @throws UserError with GitHub's reason and what to do.
   */
  async request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const { attempts, waitMs } = this.patience;
    for (let attempt = 1; ; attempt += 1) {
      const began = performance.now();
      const answer = await this.once(method, path, body);
      this.leftMs -= performance.now() - began;
      if ('value' in answer) return answer.value;
      const wait = answer.wait ?? waitMs * 3 ** (attempt - 1);
      if (!answer.passing || attempt >= attempts || wait >= this.leftMs) throw answer.error;
      this.leftMs -= wait;
      await delay(wait, undefined, { signal: this.signal }).catch(() => undefined);
      if (this.signal.aborted) throw new CancelledError();
    }
  }

  private async once(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ value: unknown } | { error: UserError; passing: boolean; wait?: number | undefined }> {
    const timeoutMs = Math.round(Math.max(1, Math.min(this.patience.timeoutMs, this.leftMs)));
    try {
      const response = await webFetch(this.base + path, {
        method,
        // A POST that follows one to the repository's new name would become a GET.
        redirect: 'manual',
        headers: {
          ...githubHeaders(this.access.token),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(timeoutMs)]),
      });
      const { status, headers } = response;
      if (response.ok) return { value: status === 204 ? undefined : await response.json() };
      const wait = limitWait(status, headers);
      const passing = wait !== undefined || status >= 500 || status === 408;
      return { error: this.refusal(status, wait, await saidBy(response)), passing, wait };
    } catch (error) {
      if (this.signal.aborted) throw new CancelledError();
      return { error: this.silence(error, timeoutMs), passing: true };
    }
  }

  private refusal(status: number, wait: number | undefined, said: string): UserError {
    const { repository, purpose } = this;
    if (wait !== undefined)
      return new UserError(`GitHub takes no more requests with this token for now (${status}).${said}`);
    if (status === 401)
      return new UserError('GitHub does not know the token, or it has expired. Check github-token.');
    if (status >= 300 && status < 400)
      return new UserError(`${repository} has another name now. Set GITHUB_REPOSITORY to that.`);
    if (status === 410)
      return new UserError(
        `The issues of ${repository} are switched off. Switch them on in its settings, or leave out "issue".`,
      );
    if (status === 403 || status === 404)
      return new UserError(
        `The token may not ${purpose.doing} of ${repository} (${status}). Add to the job (with "contents: read" where it checks out the repository, "actions: read" for artifact://):\npermissions:\n  ${purpose.permission}${said === '' ? '' : `\n${said.trim()}`}`,
      );
    return new UserError(`GitHub answered ${status}.${said}`);
  }

  private silence(error: unknown, timeoutMs: number): UserError {
    const { name, cause } = error as { name?: unknown; cause?: unknown };
    const why = codeOf(cause) ?? codeOf(error);
    return new UserError(
      name === 'TimeoutError'
        ? `GitHub gave no answer within ${formatDuration(timeoutMs / 1000)}.`
        : `GitHub could not be reached, or its answer not be read${why === undefined ? '' : ` (${why})`}.`,
      { cause: error },
    );
  }
}
