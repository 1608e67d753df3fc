import type { Markup } from '../base/markup.js';
import { factsOf, whereOf } from './facts.js';
import { minuteOf } from '../base/units.js';
import { allProblems, type StatusResult } from './result.js';

/** GitHub takes 65,536 characters; the marker and the end need some. */
const LONGEST = 60_000;
/** A fact's text is cut by nothing, a problem's message is: it may quote what a server said. */
const LONGEST_MESSAGE = 1000;

export interface IssueFacts {
  result: StatusResult;
  /** The input `name`. */
  given: string | undefined;
  runUrl: string | undefined;
}

/** What the issue says, and the comments on a change of the problems and on closing. */
export interface IssueTexts {
  title: string;
  body: string;
  change: string;
  closing: string;
}

/** The issue in Markdown: what is wrong, what is known, where it was found, what to do next. */
export function issueTexts({ result, given, runUrl }: IssueFacts, markup: Markup): IssueTexts {
  const { healths, database } = result;
  const name = healths.find((health) => health.name !== null)?.name ?? given;
  const problems = allProblems(result).map(({ message }) => {
    const text = message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}...`;
    return `- ${markup.escape(text)}\n`;
  });
  const facts = healths.map((health) => {
    const rows = factsOf(health, database).map((row) => row.map((cell) => markup.escape(cell)));
    const table = rows.length === 0 ? '' : `${markup.table(['', ''], rows)}\n`;
    return `**${markup.escape(whereOf(health))}**\n\n${table}`;
  });
  const at = healths[0] === undefined ? '' : ` at ${minuteOf(healths[0].at)}`;
  // A run's address is GitHub's own, of a repository's name and numbers.
  const run = runUrl === undefined ? '' : ` by [this run](${runUrl})`;
  const looked = `Checked${at}${run}.\n`;
  const next =
    'Do what each problem says, then run the status workflow again. This issue is kept up to date, and closed once nothing is wrong any more; closed by hand it is opened anew while something is.\n';
  return {
    title: name === undefined ? 'Backups are not healthy' : `Backups of ${name} are not healthy`,
    body: cut(`${problems.join('')}\n${facts.join('')}`) + `${looked}\n${next}`,
    change: cut(`What is wrong has changed:\n\n${problems.join('')}\n`) + looked,
    closing: cut(`Nothing is wrong any more.\n\n${facts.join('')}`) + looked,
  };
}

/** Cuts at a line's end, so that no markup is left half open. */
function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, text.lastIndexOf('\n', LONGEST))}\n\nThere is more in the run's log.\n\n`;
}
