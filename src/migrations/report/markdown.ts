import type { Markup } from '../../base/markup.js';
import { printable } from '../../base/text.js';
import { plural } from '../../base/units.js';
import type { MigrationReport } from '../types.js';
import type { Told } from './fact.js';
import type { Column, Section } from './section.js';
import { codeParts } from './words.js';

/** Something that opens on a click. */
export interface Fold {
  title: string;
  detail: string;
  /** Markdown. */
  body: string;
}

/** A fact as an item of a list, with its statement and the advice under it. */
export function factItem(
  { fails, message, advice, place, sql }: Told,
  { outcome }: MigrationReport,
  markup: Markup,
): string {
  const sign = !fails ? '⚠️' : outcome === 'approved' ? '☑️' : '❌';
  const source = [place, sql].filter((part) => part !== '').map((part) => markup.code(part));
  const lines = [
    `${sign} ${inline(message, markup)}`,
    ...(source.length === 0 ? [] : [source.join(' ')]),
    ...(advice === '' ? [] : [`💡 ${inline(advice, markup)}`]),
  ];
  return `- ${lines.join('<br>')}\n`;
}

/** Escaped text; what is between two backticks is in the type of code. */
function inline(text: string, markup: Markup): string {
  return codeParts(text)
    .map((part, index) => (index % 2 === 1 ? markup.code(part) : markup.escape(part)))
    .join('');
}

/** @param elsewhere where the rest of a list is: `the output has them`. */
export function foldOf(section: Section, markup: Markup, elsewhere: string): Fold {
  const { title, detail, more } = section;
  const rest =
    more === 0
      ? ''
      : `\n... and ${section.kind === 'diff' ? plural(more, 'more line') : plural(more, 'more', 'more')}; ${elsewhere}.\n`;
  return { title, detail, body: bodyOf(section, markup) + rest };
}

function bodyOf(section: Section, markup: Markup): string {
  switch (section.kind) {
    case 'table':
      return markup.table(
        section.columns.map(({ title }) => title),
        section.rows.map((row) => row.map((cell, index) => cellOf(cell, section.columns[index], markup))),
      );
    case 'diff':
      return fence(section.lines, 'diff');
    case 'output':
      return fence(section.lines, 'text');
    case 'list':
      return section.lines.map((line) => `- ${markup.escape(line)}\n`).join('');
  }
}

function cellOf(text: string, column: Column | undefined, markup: Markup): string {
  return text !== '' && column?.as === 'code' ? markup.code(text) : markup.escape(text);
}

/** A block of text as it is; none of its lines can end it. */
export function fence(lines: readonly string[], language: 'diff' | 'text'): string {
  const text = printable(lines.join('\n'));
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const marks = '`'.repeat(longest + 1);
  return `${marks}${language}\n${text}\n${marks}\n`;
}

/**
 * As many folded parts between head and foot as there is room for, in their order; those that are left out are named.
 * @param bytes of all of it in UTF-8. Head and foot fit.
 * @param elsewhere where what was left out is: `The output has it.`
 */
export function fitted(
  { head, folds, foot }: { head: string; folds: readonly Fold[]; foot: string },
  { bytes, elsewhere }: { bytes: number; elsewhere: string },
): string {
  const note = (left: readonly Fold[]): string =>
    left.length === 0
      ? ''
      : `\n_No room here for: ${left.map(({ title }) => title.toLowerCase()).join(', ')}. ${elsewhere}_\n`;
  let room = bytes - Buffer.byteLength(head + foot + note(folds));
  const kept: string[] = [];
  const left: Fold[] = [];
  for (const fold of folds) {
    const text = folded(fold);
    const size = Buffer.byteLength(text);
    if (size > room) {
      left.push(fold);
      continue;
    }
    kept.push(text);
    room -= size;
  }
  return [head, ...kept, note(left), foot].join('');
}

/** GitHub reads Markdown within a tag after a blank line. */
function folded({ title, detail, body }: Fold): string {
  return `\n<details>\n<summary><b>${title}</b>: ${detail}</summary>\n\n${body}\n</details>\n`;
}
