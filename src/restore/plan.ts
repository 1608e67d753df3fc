import { totalBytes } from '../backup/manifest.js';
import { majorOf } from '../postgres/server.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Selected } from './archive/index.js';
import { guard } from './guard.js';
import { lockRefusal, locksFor } from './locks.js';
import { outwards } from './outwards.js';
import { decideOwnership, type NamedRoles } from './roles.js';
import type { KnownRoles } from './target/roles.js';
import { isEmpty, type Target } from './target/types.js';
import type { StagedBackup } from './types.js';
import { contentOf, decideWay, isPartial, type Choices, type Content, type Way } from './way.js';

/** What a restore would do, and what stands in its way. Nothing has been changed when it is made. */
export interface RestorePlan {
  backup: {
    id: string;
    name: string;
    label: string | null;
    storage: string;
    database: string;
    snapshotAt: string;
    serverVersion: string;
    storedBytes: number;
    databaseBytes: number | null;
    tables: number | null;
    rows: number | null;
  };
  target: {
    database: string;
    serverVersion: string;
    exists: boolean;
    empty: boolean;
    bytes: number | null;
    tables: number;
  };
  mode: Choices['mode'];
  way: Way;
  content: Content;
  /** Entries of the archive that are restored, where it is not all of them. */
  entries: number | null;
  owner: boolean;
  privileges: boolean;
  /** The files of the backup on this machine. */
  stagedBytes: number;
  /** What has to be confirmed first. */
  unconfirmed: string[];
  /** Why it cannot be done. */
  blockers: string[];
  warnings: string[];
}

/** What the plan is made from. */
export interface PlanFacts {
  choices: Choices;
  staged: Pick<StagedBackup, 'manifest' | 'fingerprint' | 'format' | 'bytes'>;
  storage: string;
  target: Target;
  /** Undefined for plain dumps. */
  toc: readonly TocEntry[] | undefined;
  /** Where tables or schemas were named. */
  selected: Selected | undefined;
  named: NamedRoles;
  known: KnownRoles;
  /** That the archive needs to be there, or to be to be had. */
  extensions: readonly string[];
  /** In place: what of it is in the target already. */
  present: Present;
  /** For a backup of rows alone: the one that has the tables. */
  schemaBackup: string | undefined;
}

/** How what would be restored meets what is in the target. */
export interface Present {
  /** Tables that are restored and there already. */
  tables: string[];
  /** Tables of which rows are restored and that are not there. */
  missing: string[];
  /** Tables of which rows are restored and that have some. */
  filled: string[];
}

/** Nothing to meet. */
export const NOTHING_PRESENT: Present = { tables: [], missing: [], filled: [] };

/** Makes the plan. Pure: the same facts make the same plan. */
export function planRestore(facts: PlanFacts): RestorePlan {
  const { choices, staged, target, selected, named, known } = facts;
  const { manifest } = staged;
  const content = contentOf(choices, manifest);
  const decision = decideWay(choices, target, content);
  const way = 'way' in decision ? decision.way : 'beside';
  const guarded = guard(choices, manifest, target, way);
  const ownership =
    content === 'data'
      ? { owner: true, privileges: true, blockers: [], warnings: [] }
      : decideOwnership(choices, named, known, target.role.name);
  return {
    backup: {
      id: manifest.id,
      name: manifest.name,
      label: manifest.label,
      storage: facts.storage,
      database: manifest.database,
      snapshotAt: manifest.snapshotAt,
      serverVersion: manifest.server.version,
      storedBytes: totalBytes(manifest),
      databaseBytes: manifest.databaseBytes,
      tables: manifest.totals?.tables ?? null,
      rows: manifest.totals?.rows ?? null,
    },
    target: {
      database: target.database,
      serverVersion: target.version,
      exists: target.existing !== undefined,
      empty: target.existing === undefined || isEmpty(target.existing),
      bytes: target.existing?.bytes ?? null,
      tables: target.existing?.tables ?? 0,
    },
    mode: choices.mode,
    way,
    content,
    entries: selected === undefined ? null : selected.entries.length,
    owner: ownership.owner,
    privileges: ownership.privileges,
    stagedBytes: staged.bytes,
    unconfirmed: guarded.unconfirmed,
    blockers: [
      ...('refusal' in decision ? [decision.refusal] : []),
      ...guarded.blockers,
      ...rowsAlone(facts, content),
      ...meeting(facts, content, way),
      ...missingExtensions(facts, content),
      ...ownership.blockers,
      ...locks(facts, way, ownership.owner),
    ],
    warnings: [...guarded.warnings, ...ownership.warnings, ...warningsOf(facts, content, way)],
  };
}

/** A backup of rows alone says which backup has the tables. */
function rowsAlone({ staged, target, schemaBackup }: PlanFacts, content: Content): string[] {
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

const SHOWN = 5;

function list(names: readonly string[]): string {
  return `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`;
}

function meeting({ present, target, toc }: PlanFacts, content: Content, way: Way): string[] {
  if (way !== 'in place' || target.existing === undefined) return [];
  if (content !== 'data')
    return present.tables.length === 0
      ? []
      : [
          `These are in the target already, and nothing of it is overwritten: ${list(present.tables)}. Rename or drop them first, or restore into another database and copy from there.`,
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
    ...(present.filled.length === 0
      ? []
      : [
          `Rows are restored into empty tables, and these have rows: ${list(present.filled)}. Empty them first, or restore into another database and copy from there.`,
        ]),
  ];
}

function missingExtensions({ extensions, target, selected }: PlanFacts, content: Content): string[] {
  if (content === 'data' || selected !== undefined) return [];
  const missing = extensions.filter((name) => !target.availableExtensions.includes(name));
  if (missing.length === 0) return [];
  return [
    `The backup needs extensions that the target server does not have: ${missing.join(', ')}. Have them installed there (the list is pg_available_extensions), or restore into a server that has them.`,
  ];
}

function locks({ toc, selected, staged, target }: PlanFacts, way: Way, owner: boolean): string[] {
  if (way !== 'in place' || toc === undefined) return [];
  const large = owner && selected === undefined ? (staged.fingerprint?.largeObjects ?? 0) : 0;
  const refusal = lockRefusal(locksFor(selected?.entries ?? toc, large), target.lockTable);
  return refusal === undefined ? [] : [refusal];
}

function warningsOf(facts: PlanFacts, content: Content, way: Way): string[] {
  const { choices, staged, target, selected } = facts;
  const { manifest, fingerprint } = staged;
  const others = selected === undefined ? (fingerprint?.requires.others ?? []) : [];
  const warnings: [boolean, string][] = [
    [
      target.major < majorOf(manifest.server.version),
      `The target is PostgreSQL ${target.version}, older than the ${manifest.server.version} that the backup was made of. What it does not know ends the restore, and leaves the target as it is.`,
    ],
    [
      way === 'in place' && !isPartial(choices) && content === 'all',
      `Role ${target.role.name} may not put a new database in the place of the target, so everything is restored into it in one transaction, with one job. The encoding and locale stay those of the target.`,
    ],
    [
      choices.compare && fingerprint === undefined,
      'The backup was made without a fingerprint, so what is restored cannot be compared with it.',
    ],
    [
      others.length > 0,
      `The backup refers to objects that it does not hold: ${list(others)}. Without them it does not restore.`,
    ],
  ];
  return [
    ...(selected?.leftOut ?? []),
    ...warnings.flatMap(([applies, sentence]) => (applies ? [sentence] : [])),
    ...(content === 'data' ? [] : outwards(selected?.entries ?? facts.toc ?? [])),
  ];
}
