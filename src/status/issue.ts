import { createHash } from 'node:crypto';
import { CancelledError, messageOf, UserError } from '../base/errors.js';
import type { Markup } from '../base/markup.js';
import { issueTexts } from './issue-text.js';
import type { StatusOptions } from './options.js';
import { allProblems, isHealthy, type StatusResult } from './result.js';

/** An issue as it should be. Everything in it is Markdown. */
export interface OpenIssue {
  title: string;
  body: string;
  /** Changes with the set of problems; hexadecimal. */
  state: string;
  /** The comment for where it has changed. */
  change: string;
}

/** Keeps at most one open issue for a key (hexadecimal). Each method throws a `UserError` that says what GitHub refused. */
export interface IssueKeeper {
  /** How text from elsewhere becomes harmless in an issue. */
  readonly markup: Markup;
  /** Opens it, or brings it up to date. @returns its address. */
  keepOpen(key: string, issue: OpenIssue): Promise<string>;
  /** @returns the address of the issue that was closed; undefined where none was open. */
  close(key: string, comment: string): Promise<string | undefined>;
}

/** @throws UserError where an issue is wanted and nobody can open it. */
export function requireIssues({ inputs, issues }: StatusOptions): void {
  if (inputs.issue && issues === undefined)
    throw new UserError(
      '"issue" opens an issue in a GitHub repository, and it is not known in which, or there is no token. In a workflow leave github-token at its default; on the command line set GITHUB_REPOSITORY=owner/repository and GITHUB_TOKEN to a token that may write issues.',
    );
}

/**
 * Opens, brings up to date or closes the issue. What GitHub refuses is a warning: whether the run is red is for the
 * backups alone to decide, and where something is wrong with them it is red already.
 */
export async function keepIssue(options: StatusOptions, result: StatusResult): Promise<void> {
  const { inputs, issues, reporter, run } = options;
  if (!inputs.issue || issues === undefined) return;
  const healthy = isHealthy(result);
  try {
    const key = keyOf(inputs);
    const { closing, ...issue } = issueTexts(
      { result, given: inputs.name, runUrl: run.runUrl },
      issues.markup,
    );
    const url = healthy
      ? await issues.close(key, closing)
      : await issues.keepOpen(key, { ...issue, state: stateOf(result) });
    if (url !== undefined) reporter.info(`${healthy ? 'Closed' : 'Open'}: ${url}`);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const not = healthy
      ? 'An open issue could not be looked for or closed'
      : 'The issue could not be kept up';
    reporter.warn(`${not}. ${messageOf(error)} What was found out about the backups is not affected.`);
  }
}

const hashOf = (words: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16);

/**
 * Which issue it is: by what the job looks at as its inputs have it, which stays the same when a storage cannot be read
 * and its families are not known. What follows `?` in a URL is how to get there.
 */
export function keyOf({ storage, name }: Pick<StatusOptions['inputs'], 'storage' | 'name'>): string {
  return hashOf([name ?? '', ...storage.map((url) => url.replace(/\?.*$/, '')).sort()]);
}

/** The set of problems, whatever their messages say of ages and sizes. */
export function stateOf(result: StatusResult): string {
  const problems = allProblems(result).map(({ kind, storage, name }) =>
    JSON.stringify([kind, storage, name]),
  );
  return hashOf([...new Set(problems)].sort());
}
