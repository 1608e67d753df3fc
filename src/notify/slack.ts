import { headline, lines } from './text.js';
import type { Notice } from './types.js';
import { isRecovery } from './when.js';

/** Slack refuses a section of more than 3,000 characters (api.slack.com, Block Kit: section). */
const LONGEST = 2900;

// What Slack takes for markup (api.slack.com, Formatting text: Escaping text).
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
}

/** What an incoming webhook of Slack is sent. `text` is what a notification shows, `blocks` what the channel does. */
export function slackMessage(notice: Notice): Record<string, unknown> {
  const sign = notice.outcome === 'failure' ? ':x:' : isRecovery(notice) ? ':white_check_mark:' : ':package:';
  const title = `${sign} pgkeep ${escape(headline(notice))}`;
  const body = lines(notice)
    .map((line) => escape(line.replaceAll('\n', ' ')))
    .join('\n');
  const { runUrl } = notice.run;
  return {
    text: title,
    blocks: [
      section(`*${title}*`),
      ...(body === '' ? [] : [section(cut(body))]),
      ...(runUrl === undefined ? [] : [section(`<${runUrl}|Open the run>`)]),
    ],
  };
}

function section(text: string): Record<string, unknown> {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}
