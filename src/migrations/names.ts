import type { Named } from './types.js';

/** `public.orders`, for people: names are not quoted. */
export function nameOf({ schema, name }: Named): string {
  return `${schema}.${name}`;
}

/** Finds a name in a statement where it is a whole word of it. */
export function wordOf(name: string): RegExp {
  const escaped = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${escaped}(?![\\p{L}\\p{N}_$])`, 'iu');
}
