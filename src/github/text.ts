import { printable, printableLine } from '../base/text.js';

/** The runner cuts annotations here (actions/runner, ExecutionContext.cs), in UTF-16 units. */
export const ANNOTATION_LENGTH = 4096;

/**
 * Makes a line harmless that holds text from elsewhere. The runner takes a line for a command when `::` is the first
 * thing in it that is not white space, and, in its older form, when `##[` is anywhere in it
 * (actions/runner, ActionCommand.cs).
 */
function defang(line: string): string {
  const plain = line.replaceAll('##[', '##\\[');
  return /^\s*::/.test(plain) ? `pgkeep: ${plain}` : plain;
}

/** Text of our own that may quote names from a database: control characters visible, no line a command. */
export function logText(text: string): string {
  return printable(text).split('\n').map(defang).join('\n');
}

/** A line that another program printed, behind that program's name. */
export function programLine(program: string, line: string): string {
  return defang(`${program}: ${printableLine(line)}`);
}

/** An annotation's text, cut with an ellipsis to what the runner keeps. */
export function annotationText(text: string): string {
  const plain = printable(text);
  return plain.length <= ANNOTATION_LENGTH ? plain : `${plain.slice(0, ANNOTATION_LENGTH - 1).trimEnd()}…`;
}
