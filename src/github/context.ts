/** Where a run comes from, as GitHub tells it. */
export interface GithubContext {
  /** `owner/repository` */
  repository: string;
  workflow: string | undefined;
  runId: string;
  /** The page of this attempt of the run. */
  runUrl: string;
  actor: string | undefined;
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
  };
}
