import type { TocEntry } from '../postgres/toc.js';
import type { Present } from './meeting.js';

/**
 * Leaves out what the target has already and what the role may not touch of it. In one transaction each error undoes
 * everything, also one that would be harmless where statements stand by themselves.
 */
export function withoutProvided(
  entries: readonly TocEntry[],
  { extensions, publicSchema }: Pick<Present, 'publicSchema'> & { extensions: readonly string[] },
): TocEntry[] {
  const comments = new Set(extensions.map((name) => `COMMENT - EXTENSION ${name}`));
  const left = (text: string): boolean =>
    comments.has(text.trimEnd()) ||
    (publicSchema !== 'absent' && text.startsWith('SCHEMA - public ')) ||
    (publicSchema === 'foreign' && /^(COMMENT|ACL) - SCHEMA public( |$)/.test(text));
  return entries.filter(({ text }) => !left(text));
}
