import type { PlanFacts } from './plan.js';
import { NO_EFFECTS, type RowEffects } from './rows/effects.js';
import { namesOf, NO_SEQUENCES, type SequencesMet } from './rows/sequences.js';
import { list } from './sentence.js';
import { isEmpty } from './target/types.js';
import type { Content, Way } from './way.js';

/** How what would be restored meets what is in the target. */
export interface Present {
  /** Tables that are restored and there already. */
  tables: string[];
  /** Tables of which rows are restored and that are not there. */
  missing: string[];
  /** Tables of which rows are restored and that have some; with `content: all` those that an extension made. */
  filled: string[];
  /** Tables of which rows are restored and that are there. */
  receiving: string[];
  /** What happens when rows are put into those. */
  effects: RowEffects;
  /** Sequences whose values are restored. */
  sequences: SequencesMet;
  /** The schema public of the target: whether there is one, and whether it is the role's own. */
  publicSchema: 'absent' | 'own' | 'foreign';
  /** Those of the target, but for the system's. */
  schemas: string[];
}

/** Nothing to meet. */
export const NOTHING_PRESENT: Present = {
  tables: [],
  missing: [],
  filled: [],
  receiving: [],
  effects: NO_EFFECTS,
  sequences: NO_SEQUENCES,
  publicSchema: 'absent',
  schemas: [],
};

/** A backup of rows alone says which backup has the tables. */
export function rowsAlone({ staged, target, schemaBackup }: PlanFacts, content: Content): string[] {
  const { manifest } = staged;
  const held = manifest.options['content'];
  if (held === 'schema' && content === 'data')
    return [
      `Backup ${manifest.id} holds definitions alone (content: schema), so there are no rows to restore.`,
    ];
  if (held !== 'data') return [];
  if (content === 'schema')
    return [
      `Backup ${manifest.id} holds rows alone (content: data), so there are no definitions to restore.`,
    ];
  if (target.existing !== undefined && !isEmpty(target.existing)) return [];
  return [
    `Backup ${manifest.id} holds rows alone (content: data), and the target has no tables for them. ` +
      (schemaBackup === undefined
        ? `There is no backup named "${manifest.name}" of the same database with its definitions from that time or before: make the tables yourself, or choose another backup.`
        : `Restore backup ${schemaBackup} with content: schema first, which has the definitions that go with it, then this one.`),
  ];
}

/** What is in the way of a restore into the target itself. */
export function meeting({ present, target, toc }: PlanFacts, content: Content, way: Way): string[] {
  if (way !== 'in place' || target.existing === undefined) return [];
  // Without a table of contents nothing of it can be left out that is there already, such as the grants of a schema.
  if (content !== 'data' && toc === undefined && !isEmpty(target.existing))
    return [
      'A plain backup is restored as a whole, and the target is not empty. Restore it into an empty database or one that is not there yet, and copy from there.',
    ];
  if (content !== 'data')
    return [
      ...(present.tables.length === 0
        ? []
        : [
            `These are in the target already, and nothing of it is overwritten: ${list(present.tables)}. Rename or drop them first, or restore into another database and copy from there.`,
          ]),
      ...filledTables(present),
    ];
  if (toc === undefined)
    return [
      'Rows alone can be restored from a backup in the custom or directory format only: a plain one is restored as a whole.',
    ];
  return [
    ...(present.missing.length === 0
      ? []
      : [
          `Rows are restored into tables that are there, and these are not: ${list(present.missing)}. Restore their definitions first (content: schema), or choose others with tables.`,
        ]),
    ...filledTables(present),
    ...closedSequences(present.sequences),
  ];
}

/** Of tables that extensions made, only rows of the kind that backups hold count. */
function filledTables({ filled }: Present): string[] {
  return filled.length === 0
    ? []
    : [
        `Rows are restored into empty tables, and these have rows: ${list(filled)}. Empty them first, or restore into another database and copy from there.`,
      ];
}

/** What of the values of sequences could not be restored. They come last, when the rows are there to stay. */
function closedSequences({ missing, closed }: SequencesMet): string[] {
  return [
    ...(missing.length === 0
      ? []
      : [
          `The values of sequences are restored into sequences that are there, and these are not: ${list(namesOf(missing))}. Make them first (\`CREATE SEQUENCE\`), or restore their definitions first (content: schema).`,
        ]),
    ...(closed.length === 0
      ? []
      : [
          `The role may not read and set these sequences, whose values are restored: ${list(namesOf(closed))}. Have their owner run \`GRANT SELECT, UPDATE ON SEQUENCE ...\`, or use a role that may.`,
        ]),
  ];
}

/** What is not set back. */
export function keptSequences({ sequences: { further } }: Present): string[] {
  return further.length === 0
    ? []
    : [
        `These sequences are further on in the target than in the backup, and stay where they are, so that no number is given twice: ${list(namesOf(further))}.`,
      ];
}
