import { totalBytes } from '../backup/manifest.js';
import { majorOf } from '../postgres/server.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Selected } from './archive/index.js';
import { guard } from './guard.js';
import { lockRefusal, locksFor } from './locks.js';
import { keptSequences, meeting, rowsAlone, type Present } from './meeting.js';
import { keepsDefaults, keptAsItIs } from './provided.js';
import { outwards } from './outwards.js';
import { decideRows, type RowsDecision } from './rows/decide.js';
import { boundExtensions } from './bound-extensions.js';
import { list, shownName } from './sentence.js';
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
  /** Roles whose default privileges are left out. */
  withoutDefaultsOf: readonly string[];
  /** How rows are put into tables that are there; null where the tables are made, too. */
  rows: RowsDecision | null;
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

/** Makes the plan. Pure: the same facts make the same plan. */
export function planRestore(facts: PlanFacts): RestorePlan {
  const { choices, staged, target, selected, named, known } = facts;
  const { manifest } = staged;
  const content = contentOf(choices, manifest);
  const decision = decideWay(choices, target, content);
  const way = 'way' in decision ? decision.way : 'beside';
  const guarded = guard(choices, manifest, target, way);
  const { receiving, effects } = facts.present;
  const rows =
    content === 'data' && way === 'in place' ? decideRows(receiving, effects, target.role.name) : null;
  const ownership =
    content === 'data'
      ? { owner: true, privileges: true, withoutDefaultsOf: [], blockers: [], warnings: [] }
      : decideOwnership(
          choices,
          way === 'in place' && keepsDefaults(target.existing, facts.present)
            ? { ...named, withDefaults: [] }
            : named,
          known,
          target.role.name,
        );
  return {
    backup: backupOf(facts),
    target: targetOf(target),
    mode: choices.mode,
    way,
    content,
    entries: selected === undefined ? null : selected.entries.length,
    owner: ownership.owner,
    privileges: ownership.privileges,
    withoutDefaultsOf: ownership.withoutDefaultsOf,
    rows,
    stagedBytes: staged.bytes,
    unconfirmed: guarded.unconfirmed,
    blockers: [
      ...('refusal' in decision ? [decision.refusal] : []),
      ...guarded.blockers,
      ...rowsAlone(facts, content),
      ...meeting(facts, content, way),
      ...(rows?.blockers ?? []),
      ...missingExtensions(facts, content),
      ...boundExtensions(facts, content, way),
      ...ownership.blockers,
      ...locks(facts, way, ownership.owner),
    ],
    warnings: [
      ...guarded.warnings,
      ...(rows?.warnings ?? []),
      ...ownership.warnings,
      ...warningsOf(facts, content, way),
    ],
  };
}

function backupOf({ staged: { manifest }, storage }: PlanFacts): RestorePlan['backup'] {
  return {
    id: manifest.id,
    name: manifest.name,
    label: manifest.label,
    storage,
    database: manifest.database,
    snapshotAt: manifest.snapshotAt,
    serverVersion: manifest.server.version,
    storedBytes: totalBytes(manifest),
    databaseBytes: manifest.databaseBytes,
    tables: manifest.totals?.tables ?? null,
    rows: manifest.totals?.rows ?? null,
  };
}

function targetOf({ database, version, existing }: Target): RestorePlan['target'] {
  return {
    database,
    serverVersion: version,
    exists: existing !== undefined,
    empty: existing === undefined || isEmpty(existing),
    bytes: existing?.bytes ?? null,
    tables: existing?.tables ?? 0,
  };
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
      `Role ${shownName(target.role.name)} may not put a new database in the place of the target, so everything is restored into it in one transaction, with one job. The encoding and locale stay those of the target.`,
    ],
    [
      way === 'in place' && content !== 'data' && facts.present.publicSchema === 'foreign',
      'Schema public of the target belongs to another role, so its owner, comment and privileges stay as they are.',
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
    ...kept(facts, content, way),
    ...warnings.flatMap(([applies, sentence]) => (applies ? [sentence] : [])),
    ...(content === 'data' ? [] : outwards(selected?.entries ?? facts.toc ?? [])),
  ];
}

function kept({ selected, toc, target, present }: PlanFacts, content: Content, way: Way): string[] {
  if (way !== 'in place') return [];
  return [
    ...keptSequences(present),
    ...(content === 'data' ? [] : keptAsItIs(selected?.entries ?? toc ?? [], target.existing, present)),
  ];
}
