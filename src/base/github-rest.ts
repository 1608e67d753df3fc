/** How much of what GitHub says is repeated. */
const SAID = 200;

/** The headers of a request to GitHub's REST API. */
export function githubHeaders(token: string): Record<string, string> {
  return {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'user-agent': 'pgkeep',
    'x-github-api-version': '2022-11-28',
  };
}

/** GitHub's own words, ` GitHub says: ...`; empty where there are none. */
export async function saidBy(response: Response): Promise<string> {
  try {
    const { message } = (await response.json()) as { message?: unknown };
    return typeof message === 'string' && message !== '' ? ` GitHub says: ${message.slice(0, SAID)}` : '';
  } catch {
    return '';
  }
}
