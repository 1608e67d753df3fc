import { readFileSync } from 'node:fs';

/** Where a run comes from, as GitHub tells it. */
export interface GithubContext {
  /** `owner/repository` */
  repository: string;
  workflow: string | undefined;
  runId: string;
  /** The page of this attempt of the run. */
  runUrl: string;
  actor: string | undefined;
  /** True unless GitHub says that the repository is private (or internal): then everybody can read what we show. */
  isPublic: boolean;
}

/**
 * Whether the event that started the run is of a private repository. Payloads of all events hold the repository, those
 * of schedules too (docs.github.com, webhook events and payloads: `repository`).
 */
function isPrivate(path: string | undefined): boolean {
  if (path === undefined || path === '') return false;
  try {
    const event = JSON.parse(readFileSync(path, 'utf8')) as { repository?: { private?: unknown } } | null;
    return event?.repository?.private === true;
  } catch {
    // What cannot be read is no permission to show names.
    return false;
  }
}

/** The run that we are part of; undefined outside of GitHub Actions. */
export function githubContext(env: NodeJS.ProcessEnv = process.env): GithubContext | undefined {
  const repository = env['GITHUB_REPOSITORY'];
  const runId = env['GITHUB_RUN_ID'];
  if (env['GITHUB_ACTIONS'] !== 'true' || !repository || !runId) return undefined;
  const server = env['GITHUB_SERVER_URL'] || 'https://github.com';
  const attempt = env['GITHUB_RUN_ATTEMPT'] ?? '1';
  return {
    repository,
    workflow: env['GITHUB_WORKFLOW'] || undefined,
    runId,
    runUrl: `${server}/${repository}/actions/runs/${runId}${attempt === '1' ? '' : `/attempts/${attempt}`}`,
    actor: env['GITHUB_ACTOR'] || undefined,
    isPublic: !isPrivate(env['GITHUB_EVENT_PATH']),
  };
}
