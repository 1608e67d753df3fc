import { createHash } from 'node:crypto';
import { CancelledError, messageOf } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import { code, escapeIssueText, markdownTable } from './markdown.js';
import { ofTheHouse, type IssueApi, type RestComment } from './issue-api.js';

/** For comments, where a mention notifies people. */
export const commentMarkup = { escape: escapeIssueText, code, table: markdownTable };

const PAGE = 100;
/** It ends a listing that does not end by itself. */
const PAGES = 50;

/** What tells the comment of one check from others, at its very beginning; nobody sees it. */
export function commentMarker(...key: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
  return `<!-- pgkeep check-migrations key=${hash} -->`;
}

/**
 * Writes the one comment of a check on a pull request: the one that is there is changed, else one is made. Of several, which
 * runs at the same time have made, the first stays. A comment of somebody else that begins with the marker is left alone.
 * @param body begins with the marker.
 * @returns the address of the comment.
 * @throws UserError with GitHub's reason and what to do.
 */
export async function keepComment(
  api: IssueApi,
  number: number,
  marker: string,
  body: string,
): Promise<string> {
  const before = await ours(api, number, marker);
  const made =
    before.length > 0
      ? undefined
      : ((await api.request('POST', `/${number}/comments`, { body })) as RestComment);
  // Another run may have found none either, and made one. A list may be behind.
  const now = made === undefined ? before : await ours(api, number, marker);
  const listed = made === undefined || now.some(({ id }) => id === made.id);
  const [first, ...others] = listed ? now : [...now, made].sort((a, b) => a.id - b.id);
  if (first === undefined) throw new Error('A comment that was made is not there.');
  if (first.id !== made?.id) await api.request('PATCH', `/comments/${first.id}`, { body });
  // The other run may have done it; the next one would do it.
  for (const { id } of others) await api.request('DELETE', `/comments/${id}`).catch(() => undefined);
  return first.html_url;
}

/** Changes the comment of a check, if there is one, so that it does not tell what is no longer so. */
export async function correctComment(
  api: IssueApi,
  number: number,
  marker: string,
  body: string,
): Promise<void> {
  const [first] = await ours(api, number, marker);
  if (first !== undefined) await api.request('PATCH', `/comments/${first.id}`, { body });
}

/** The oldest first. */
async function ours(api: IssueApi, number: number, marker: string): Promise<RestComment[]> {
  const found: RestComment[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const path = `/${number}/comments?per_page=${PAGE}&page=${page}`;
    const comments = (await api.request('GET', path)) as RestComment[];
    found.push(
      ...comments.filter((comment) => comment.body?.startsWith(marker) === true && ofTheHouse(comment)),
    );
    if (comments.length < PAGE) break;
  }
  return found.sort((a, b) => a.id - b.id);
}

/** The comment of one check on its pull request. A comment that cannot be written is a warning: the verdict stands. */
export class PullRequestComment {
  constructor(
    private readonly api: IssueApi,
    private readonly number: number,
    readonly marker: string,
    private readonly reporter: Reporter,
  ) {}

  /** As `keepComment`. */
  async keep(body: string): Promise<void> {
    await this.orWarn(async () => {
      const url = await keepComment(this.api, this.number, this.marker, body);
      this.reporter.info(`The pull request has the report: ${url}`);
    });
  }

  /** As `correctComment`. */
  async correct(body: string): Promise<void> {
    await this.orWarn(() => correctComment(this.api, this.number, this.marker, body));
  }

  private async orWarn(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      this.reporter.warn(
        `The comment on pull request ${this.number} could not be written; the verdict stands. ${messageOf(error)}`,
      );
    }
  }
}
