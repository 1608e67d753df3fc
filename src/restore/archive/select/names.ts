import { quoteIdentifier } from '../../../postgres/quote.js';
import type { ExactEntry } from './toc-file.js';

/** The exact name of a relation as a key. */
export function keyOf(schema: string | undefined, name: string): string {
  return JSON.stringify([schema ?? '', name]);
}

/** The name in a key, without its schema. */
export function nameIn(key: string): string {
  return (JSON.parse(key) as [string, string])[1];
}

/** A key for people: `app."Mixed Case"`. */
export function shown(key: string): string {
  return (JSON.parse(key) as [string, string]).map(quoted).join('.');
}

/** An entry for people: `type app.email`. */
export function titled({ kind, schema, tag }: ExactEntry): string {
  // Functions stand with their arguments.
  const name = tag.includes('(') ? tag : schema === undefined ? quoteIdentifier(tag) : quoted(tag);
  return `${kind.toLowerCase()} ${schema === undefined ? '' : `${quoted(schema)}.`}${name}`;
}

/** An identifier as SQL has it, in quotes where it needs them. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
