import type { TocEntry } from '../postgres/toc.js';

/** What of an archive has to do with other servers. */
export function outwards(entries: readonly TocEntry[]): string[] {
  const has = (start: string): boolean => entries.some(({ text }) => text.startsWith(start));
  return [
    ...(has('SUBSCRIPTION - ')
      ? [
          'Subscriptions are restored disabled and without a slot: enable those that are still wanted (ALTER SUBSCRIPTION).',
        ]
      : []),
    ...(has('SERVER - ')
      ? [
          'Foreign servers are restored as they were: their tables lead to the same other servers as those of the source.',
        ]
      : []),
  ];
}
