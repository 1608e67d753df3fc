import { printableLine } from '../base/text.js';

/**
 * Text from elsewhere, such as a database's name, for a place in Markdown or HTML: on one line, and with nothing
 * that would be markup, a link or a mention.
 */
export function escapeMarkdown(text: string): string {
  return printableLine(text).replaceAll(
    /[!"#$&'*+:;<=>?@[\\\]^_`{|}~()]/g,
    (mark) => `&#${mark.charCodeAt(0)};`,
  );
}

/** The same, in the type of code. */
export function code(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}

/** A table with a heading row. Cells are Markdown: what comes from elsewhere has been escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

/**
 * For issues and comments, where a mention notifies people and a number links to another issue. GitHub looks for both in
 * the text as it is shown, after entities are resolved, so a zero-width space stands where the name or number would
 * begin; also in web addresses, which link to issues too.
 */
export function escapeIssueText(text: string): string {
  return escapeMarkdown(text)
    .replaceAll(/&#(?:64|35);/g, '$&\u200b')
    .replaceAll(/\bGH-(?=\d)|\bwww(?=\.)/gi, '$&\u200b')
    .replaceAll(/&#58;\/\//g, '&#58;\u200b//');
}
