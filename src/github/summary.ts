import { stat } from 'node:fs/promises';
import * as core from '@actions/core';
import { codeOf, messageOf } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import { code, escapeMarkdown, markdownTable } from './markdown.js';

/** What the runner takes as the summary of one step; it drops a longer one whole. */
export const SUMMARY_BYTES = 1024 * 1024;

const CUT_NOTE = '\n\n_The summary is cut here; the log has it all._\n';

/** The above, for rooms that make Markdown and know nothing of GitHub. */
export const summaryMarkup = { escape: escapeMarkdown, code, table: markdownTable };

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** Cuts at a line's end, so that no tag or table row is left half open. */
function cut(markdown: string, bytes: number): string {
  if (Buffer.byteLength(markdown) <= bytes) return markdown;
  const room = Math.max(bytes - Buffer.byteLength(CUT_NOTE), 0);
  const start = Buffer.from(markdown).subarray(0, room).toString();
  const end = start.lastIndexOf('\n');
  return end === -1 ? '' : start.slice(0, end) + CUT_NOTE;
}

/**
 * Appends to the step's summary, as far as there is room. A summary that cannot be written is a warning: the work
 * it tells of is done.
 */
export async function appendSummary(
  markdown: string,
  reporter: Reporter,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (file === undefined || file === '') return;
  try {
    // addRaw's own line end is not counted by anyone, so it is not used.
    const text = cut(markdown, SUMMARY_BYTES - (await sizeOf(file)));
    if (text !== '') await core.summary.addRaw(text).write();
  } catch (error) {
    core.summary.emptyBuffer();
    reporter.warn(`The job summary could not be written: ${messageOf(error)}`);
  }
}
