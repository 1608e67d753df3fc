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
  /** Undefined where GitHub does not tell; treat it as public where that is the safe side. */
  isPublic: boolean | undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What the event says of its repository. An internal repository is not public. */
function readVisibility(eventPath: string | undefined): boolean | undefined {
  if (eventPath === undefined || eventPath === '') return undefined;
  let event: unknown;
  try {
    event = JSON.parse(readFileSync(eventPath, 'utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(event) || !isObject(event['repository'])) return undefined;
  const { private: isPrivate, visibility } = event['repository'];
  if (typeof visibility === 'string') return visibility === 'public';
  return typeof isPrivate === 'boolean' ? !isPrivate : undefined;
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
    isPublic: readVisibility(env['GITHUB_EVENT_PATH']),
  };
}
