import { printableLine } from '../text.js';
import { minuteOf } from '../units.js';

/** Markup that needs no escaping any more. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What may stand in a template: text is escaped, nothing is empty. */
export type Content = string | number | Html | readonly Content[] | null | undefined;

/**
 * Markup from a template. Every text that is filled in is escaped, so that none can become markup: names, labels and
 * reasons come from the storage, which others may write to.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  // The source's indentation says nothing to a browser.
  const filled = parts.map(
    (part, index) =>
      part.replaceAll(/\n\s*/g, '\n') + (index < contents.length ? render(contents[index]) : ''),
  );
  return new Html(filled.join(''));
}

function render(content: Content): string {
  if (content === null || content === undefined) return '';
  if (content instanceof Html) return content.markup;
  if (typeof content === 'object') return content.map(render).join('');
  return escapeHtml(String(content));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attributes in quotes. */
export function escapeHtml(text: string): string {
  return printableLine(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A moment, in UTC to the minute. */
export function timeOf(iso: string): Html {
  return html`<time datetime="${iso}">${minuteOf(iso)}</time>`;
}

/** A word in the colour of what it says. */
export function chip(kind: 'good' | 'bad' | 'warn' | 'plain', text: string): Html {
  return html`<span class="chip ${kind}">${text}</span>`;
}

/**
 * A link to a run on GitHub. The address comes from the storage: one that leads anywhere else is left out.
 */
export function runLink(url: string | null | undefined, text = 'run'): Html {
  const isRun =
    url !== null &&
    url !== undefined &&
    /^https:\/\/[\w.:-]+\/[\w.-]+\/[\w.-]+\/actions\/runs\/\d+(\/attempts\/\d+)?$/.test(url);
  return isRun ? html`<a href="${url}" rel="noopener noreferrer">${text}</a>` : html``;
}
