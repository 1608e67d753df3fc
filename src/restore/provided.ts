import type { TocEntry } from '../postgres/toc.js';
import type { Present } from './meeting.js';
import { listAll } from './sentence.js';
import { isEmpty, type ExistingDatabase } from './target/types.js';

const DEFAULT_PRIVILEGES = 'DEFAULT ACL ';

/** The schemas of a database in use: they, and who may do what in them, are not the backup's. */
function schemasInUse(existing: ExistingDatabase | undefined, { schemas }: Present): readonly string[] {
  return existing === undefined || isEmpty(existing) ? [] : schemas;
}

/** Whether the default privileges of the backup stay out of the database: it is in use. */
export function keepsDefaults(existing: ExistingDatabase | undefined, present: Present): boolean {
  return schemasInUse(existing, present).length > 0;
}

/** Whether an entry makes a schema or says something of it. Names stand unquoted, line breaks as spaces. */
function isOfSchema({ text }: TocEntry, schema: string): boolean {
  const name = schema.replaceAll(/[\r\n]/g, ' ');
  return [
    `SCHEMA - ${name} `,
    ...['COMMENT', 'ACL', 'SECURITY LABEL'].map((kind) => `${kind} - SCHEMA ${name} `),
  ].some((start) => `${text} `.startsWith(start));
}

/**
 * Leaves out what the target has already and what the role may not touch of it. In one transaction each error undoes
 * everything, also one that would be harmless where statements stand by themselves. A database in use keeps its schemas
 * as they are, and gets no default privileges: those are about what is made there later.
 */
export function withoutProvided(
  entries: readonly TocEntry[],
  existing: ExistingDatabase | undefined,
  present: Present,
): TocEntry[] {
  const { publicSchema } = present;
  const comments = new Set((existing?.extensions ?? []).map((name) => `COMMENT - EXTENSION ${name}`));
  const inUse = schemasInUse(existing, present);
  const left = (entry: TocEntry): boolean =>
    comments.has(entry.text.trimEnd()) ||
    (publicSchema !== 'absent' && entry.text.startsWith('SCHEMA - public ')) ||
    (publicSchema === 'foreign' && /^(COMMENT|ACL) - SCHEMA public( |$)/.test(entry.text)) ||
    (inUse.length > 0 && entry.text.startsWith(DEFAULT_PRIVILEGES)) ||
    inUse.some((schema) => isOfSchema(entry, schema));
  return entries.filter((entry) => !left(entry));
}

/** What a restore into a database in use leaves out, in sentences. */
export function keptAsItIs(
  entries: readonly TocEntry[],
  existing: ExistingDatabase | undefined,
  present: Present,
): string[] {
  const inUse = schemasInUse(existing, present);
  const kept = inUse.filter((schema) => entries.some((entry) => isOfSchema(entry, schema)));
  const defaults = inUse.length > 0 && entries.some(({ text }) => text.startsWith(DEFAULT_PRIVILEGES));
  return [
    ...(kept.length === 0
      ? []
      : [
          `These schemas are in the target already, and their owner, comment and privileges stay as they are: ${listAll(kept)}.`,
        ]),
    ...(defaults
      ? ['Default privileges (ALTER DEFAULT PRIVILEGES) are not restored into a database in use.']
      : []),
  ];
}
