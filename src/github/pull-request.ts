import { readFileSync } from 'node:fs';
import { UserError } from '../base/errors.js';
import { IssueApi, type IssueAccess, type IssuePatience } from './issue-api.js';

/** The pull request that a run is of. */
export interface PullRequest {
  number: number;
  /** Its code comes from another repository: the run has no secrets, and the code is nobody's that is trusted. */
  fork: boolean;
}

/** What payloads hold of it (docs.github.com, "Webhook events and payloads"). */
interface Payload {
  pull_request?: {
    number?: unknown;
    head?: { repo?: { full_name?: unknown } | null };
    base?: { repo?: { full_name?: unknown } };
  };
  workflow_run?: { head_repository?: { full_name?: unknown } | null };
  repository?: { full_name?: unknown };
}

/**
 * The pull request that started the run; undefined for another event (a push, a run by hand).
 * @throws UserError for events that give secrets and a writing token to a run for code of strangers, and for a payload that
 * cannot be read: nobody knows then whose code it is.
 */
export function pullRequestOf(env: NodeJS.ProcessEnv = process.env): PullRequest | undefined {
  const event = env['GITHUB_EVENT_NAME'] ?? '';
  if (event === 'pull_request_target')
    throw new UserError(
      "The workflow runs on pull_request_target, which gives the repository's secrets to runs for everybody's pull requests, and check-migrations runs code of the pull request. Let it run on pull_request instead.",
    );
  if (event === 'workflow_run') refuseForks(payloadOf(env, event));
  return event.startsWith('pull_request') ? requestIn(payloadOf(env, event), event) : undefined;
}

/** Runs after another one have the repository's secrets, also when that one was a fork's. */
function refuseForks({ workflow_run: run, repository }: Payload): void {
  const base = repository?.full_name;
  if (base === undefined || run?.head_repository?.full_name !== base)
    throw new UserError(
      'The workflow runs after one of a pull request from a fork (workflow_run), with the secrets of this repository, and check-migrations runs code of the pull request. Let it run on pull_request instead.',
    );
}

function requestIn({ pull_request: request }: Payload, event: string): PullRequest {
  if (typeof request?.number !== 'number') throw unreadable(event);
  // Null: the fork was deleted since.
  const head = request.head?.repo?.full_name;
  return { number: request.number, fork: head === undefined || head !== request.base?.repo?.full_name };
}

const PURPOSE = { doing: 'read and comment pull requests', permission: 'pull-requests: write' };

/** The REST API for pull requests; undefined where it is not known of which repository, or there is no token. */
export function pullRequestApi(
  access: IssueAccess | undefined,
  signal: AbortSignal,
  patience?: Partial<IssuePatience>,
): IssueApi | undefined {
  if (access === undefined || access.token === '') return undefined;
  return new IssueApi(access, signal, patience, PURPOSE);
}

function payloadOf(env: NodeJS.ProcessEnv, event: string): Payload {
  try {
    return (JSON.parse(readFileSync(env['GITHUB_EVENT_PATH'] ?? '', 'utf8')) as Payload | null) ?? {};
  } catch (error) {
    throw unreadable(event, error);
  }
}

function unreadable(event: string, cause?: unknown): UserError {
  return new UserError(
    `The file that GITHUB_EVENT_PATH names does not tell which pull request this is (${event}), so nobody knows whose code it is. In a job on GitHub it does.`,
    { cause },
  );
}
