import { UserError } from '../base/errors.js';
import type { IssueKeeper, OpenIssue } from '../status/issue.js';
import { IssueApi, ofTheHouse, type IssueAccess, type IssuePatience, type RestIssue } from './issue-api.js';
import { code, escapeIssueText, markdownTable } from './markdown.js';

export const LABEL = 'pgkeep';
const PAGE = 100;
/** Nobody has more open issues of ours; it ends a listing that does not end by itself. */
const PAGES = 20;

/** `key` tells issues of different families apart, `state` the problems that an issue was last about. */
const MARKER = /^<!-- pgkeep status key=([0-9a-f]+) state=([0-9a-f]+) -->/;

const marker = (key: string, state: string): string => `<!-- pgkeep status key=${key} state=${state} -->\n\n`;

/** Who keeps the issues of a repository; undefined where it is not known of which, or there is no token. */
export function issueKeeper(
  access: IssueAccess | undefined,
  signal: AbortSignal,
  patience?: Partial<IssuePatience>,
): IssueKeeper | undefined {
  if (access === undefined || access.token === '' || !/^[\w.-]+\/[\w.-]+$/.test(access.repository))
    return undefined;
  return new GithubIssues(new IssueApi(access, signal, patience));
}

class GithubIssues implements IssueKeeper {
  readonly markup = { escape: escapeIssueText, code, table: markdownTable };

  constructor(private readonly api: IssueApi) {}

  /**
   * The first of several stays: two runs at once may both have found none. Each looks again after opening its own, and
   * both close the same ones. A comment is made last: one that fails is not made twice by the next run.
   */
  async keepOpen(key: string, { title, body, state, change }: OpenIssue): Promise<string> {
    const text = marker(key, state) + body;
    const found = await this.first(await this.find(key));
    if (found === undefined) {
      const made = (await this.api.request('POST', '', { title, body: text, labels: [LABEL] })) as RestIssue;
      if (!ofTheHouse(made)) return this.disown(made);
      const all = await this.find(key);
      // A list may be behind.
      const listed = all.some(({ number }) => number === made.number);
      return ((await this.first(listed ? all : [...all, made])) ?? made).html_url;
    }
    await this.api.request('PATCH', `/${found.number}`, { title, body: text });
    const [, , before] = MARKER.exec(found.body ?? '') ?? [];
    if (before !== state) await this.comment(found, change);
    return found.html_url;
  }

  async close(key: string, comment: string): Promise<string | undefined> {
    const found = await this.first(await this.find(key));
    if (found === undefined) return undefined;
    await this.api.request('PATCH', `/${found.number}`, { state: 'closed', state_reason: 'completed' });
    await this.comment(found, comment);
    return found.html_url;
  }

  private async comment({ number }: RestIssue, body: string): Promise<void> {
    await this.api.request('POST', `/${number}/comments`, { body });
  }

  /**
   * Our open issues of this key. By listing: a search knows what is new only after a while. One without the label (GitHub
   * drops it where the token may not set labels, and people take it off) is found by its date: every run changes it.
   */
  private async find(key: string): Promise<RestIssue[]> {
    const found: RestIssue[] = [];
    for (let page = 1; page <= PAGES; page += 1) {
      const path = `?state=open&labels=${LABEL}&sort=created&direction=asc&per_page=${PAGE}&page=${page}`;
      const issues = (await this.api.request('GET', path)) as RestIssue[];
      found.push(...issues.filter((issue) => isOurs(issue, key)));
      if (issues.length < PAGE) break;
    }
    if (found.length > 0) return found;
    const latest = `?state=open&sort=updated&direction=desc&per_page=${PAGE}`;
    return ((await this.api.request('GET', latest)) as RestIssue[]).filter((issue) => isOurs(issue, key));
  }

  /** The next run would take it for a stranger's and open another. */
  private async disown({ number }: RestIssue): Promise<never> {
    await this.api.request('PATCH', `/${number}`, { state: 'closed', state_reason: 'not_planned' });
    throw new UserError(
      `The token is of somebody who has no role in ${this.api.repository}, whose issues could be anybody's. Use one of somebody who may write there.`,
    );
  }

  /** The oldest; the others are closed. */
  private async first(issues: readonly RestIssue[]): Promise<RestIssue | undefined> {
    const [first, ...others] = [...issues].sort((a, b) => a.number - b.number);
    for (const { number } of others)
      await this.api.request('PATCH', `/${number}`, { state: 'closed', state_reason: 'not_planned' });
    return first;
  }
}

/**
 * Only someone who may set labels can give an issue our label, but a form for issues gives it to anybody's. So the
 * author counts too.
 */
function isOurs(issue: RestIssue, key: string): boolean {
  const [, of] = MARKER.exec(issue.body ?? '') ?? [];
  return of === key && ofTheHouse(issue) && issue.pull_request === undefined;
}
