import { UserError } from '../../base/errors.js';
import type { Reporter } from '../../base/reporter.js';
import { plural } from '../../base/units.js';
import { isFiltered, type Selection } from '../../postgres/argv.js';
import type { Target } from '../../postgres/connection/target.js';
import { propertyHashes } from '../../postgres/database/hashes.js';
import { readProperties } from '../../postgres/database/properties.js';
import { explainSqlError } from '../../postgres/explain.js';
import { SqlError, type Psql } from '../../postgres/psql.js';
import { objectKeys, tableDataOids, type TocEntry } from '../../postgres/toc.js';
import { importSnapshot, type Snapshot } from '../snapshot.js';
import { beyondDump } from './beyond-dump.js';
import { heldObjects, readDefinitions, requireSameNames } from './catalog-changes.js';
import { countTables, requireUnchanged, tableFingerprints } from './counts.js';
import { countKinds, KINDS } from './kinds.js';
import { catalogObjects, dataTables, heldBy, missingFrom, type CatalogObject } from './objects.js';
import { measureLargeObjects } from './large-objects.js';
import { tellCaveats, type Caveat } from './left-out.js';
import { caveatOfNothing } from './nothing.js';
import type { Patience } from './patience.js';
import { PINNED_SETTINGS, SCAN_SETTINGS, type HashAlgorithm } from './queries.js';
import { NO_REQUIREMENTS, readExtensions, requirements } from './requires.js';
import { readRoles } from './roles.js';
import { inSavepoint } from './savepoint.js';
import { countedTables } from './tables.js';
import type { Fingerprint, FingerprintLevel, Requirements } from './types.js';

export interface FingerprintRequest {
  /** A fresh session on the database; given back closed. */
  open: () => Promise<Psql>;
  snapshot: Snapshot;
  level: FingerprintLevel;
  database: string;
  selection: Selection;
  /** Whether the archive says what the database as a whole is like. */
  holdsDatabase: boolean;
  toc: readonly TocEntry[];
  patience: Patience;
  /** What is known of the server, for messages. */
  target: Target;
  reporter: Reporter;
}

/** The part of a fingerprint that comes from inside the snapshot; the rest is added when the dump has ended. */
export interface Measured {
  requires: Requirements;
  /** What the backup lacks although it is good, for the manifest. */
  warnings: string[];
  /** Every owner and grantee in this database. */
  roles: string[];
  /** Undefined with level `none`. */
  fingerprint: Omit<Fingerprint, 'schema' | 'sequences'> | undefined;
}

// An application's lock must never queue behind ours for long, and rows hidden by row-level security must be an
// error, never a smaller count. The count hides behind the dump, so it takes no parallel workers from the applications.
const SESSION_SETTINGS = [
  "lock_timeout = '1s'",
  'row_security = off',
  'max_parallel_workers_per_gather = 0',
  ...PINNED_SETTINGS,
  ...SCAN_SETTINGS,
];

/**
 * Measures, inside the dump's snapshot, what the archive holds, after checking that the archive lists what the
 * catalog lists and that nothing in it was rewritten or renamed since the snapshot. With level `none` only the checks are made.
 * @throws UserError when the archive lacks something, ChangedWhileDumpingError when a table changed.
 */
export async function measure(request: FingerprintRequest): Promise<Measured> {
  const psql = await request.open();
  try {
    return await measureIn(psql, request);
  } catch (error) {
    throw explainSqlError(error, `Measuring database ${JSON.stringify(request.database)}`, {
      target: request.target,
    });
  } finally {
    await psql.close();
  }
}

async function measureIn(psql: Psql, request: FingerprintRequest): Promise<Measured> {
  const { level, selection, toc } = request;
  // Now, with all definitions in the archive and the locks of its tables held, and not in the snapshot.
  const now = await readDefinitions(psql);
  await importSnapshot(psql, request.snapshot.id, SESSION_SETTINGS);
  const included = tableDataOids(toc);
  const tables = (await countedTables(psql)).filter(({ oid }) => included.has(oid));
  requireUnchanged(tables);
  requireSameNames(heldObjects(await readDefinitions(psql), toc), now, true);
  const objects = await requireComplete(psql, request);
  const filtered = isFiltered(selection);
  const requires = filtered ? await requirements(psql, toc) : NO_REQUIREMENTS;
  const nothing = await caveatOfNothing(
    psql,
    request,
    objects.map(({ kind }) => kind),
  );
  const left = await beyondDump(psql, selection, toc, request.database);
  const warnings = tellCaveats([...nothing, ...caveatOfOthers(requires), ...left.caveats], request.reporter);
  const roles = await readRoles(psql);
  if (level === 'none') return { requires, warnings, roles: roles.roles, fingerprint: undefined };
  const algorithm = level === 'content' ? await hashAlgorithm(psql) : undefined;
  const rows = await countTables(psql, tables, algorithm, request.patience);
  const { notMeasured, ...large } = await measureLargeObjects(psql, toc, algorithm);
  const fingerprint = {
    version: 1 as const,
    level,
    database: request.database,
    snapshotAt: request.snapshot.at,
    tables: tableFingerprints(tables, rows, algorithm),
    materializedViews: await materializedViews(psql, toc),
    objects: countKinds(objects),
    kinds: selection.content === 'data' ? [] : [...KINDS],
    ...(request.holdsDatabase
      ? { properties: propertyHashes(await readProperties(psql, request.database)) }
      : {}),
    ...large,
    extensions: filtered ? [] : await readExtensions(psql),
    requires,
    notMeasured: [...(await unmeasuredTables(psql)), ...left.notMeasured, ...notMeasured],
    ...roles,
  };
  return { requires, warnings, roles: roles.roles, fingerprint };
}

/** It may still be meant for a database that has these. */
function caveatOfOthers({ others }: Requirements): Caveat[] {
  if (others.length === 0) return [];
  return [
    {
      sentence: `This backup will not restore into an empty database: what was chosen refers to ${plural(others.length, 'object')} that it does not hold. Choose those too, or whole schemas`,
      names: others,
    },
  ];
}

/** The objects that are in the archive. @throws UserError when an unfiltered archive lacks one. */
async function requireComplete(psql: Psql, request: FingerprintRequest): Promise<CatalogObject[]> {
  const { selection, toc } = request;
  const archive = objectKeys(toc);
  const objects = selection.content === 'data' ? [] : await catalogObjects(psql);
  if (isFiltered(selection)) return heldBy(archive, objects);
  const missing = missingFrom(archive, objects);
  if (selection.content !== 'schema') {
    const held = tableDataOids(toc);
    missing.push(...(await dataTables(psql)).filter((table) => !held.has(table.oid)));
  }
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map(({ kind, name }) => `${kind} ${JSON.stringify(name)}`);
    throw new UserError(
      `The dump of database ${JSON.stringify(request.database)} is incomplete: its table of contents lacks ${plural(missing.length, 'object')} that the catalog has: ${names.join(', ')}${missing.length > 5 ? ', ...' : ''}. No backup was published. Run it again; if it stays, report it with these names.`,
    );
  }
  return objects;
}

/** MD5, or SHA-256 where the server's OpenSSL is in FIPS mode and refuses MD5. */
async function hashAlgorithm(psql: Psql): Promise<HashAlgorithm> {
  try {
    await inSavepoint(psql, 'hashing', () => psql.value("SELECT md5('')"));
    return 'md5';
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return 'sha256';
  }
}

async function materializedViews(
  psql: Psql,
  toc: readonly TocEntry[],
): Promise<Fingerprint['materializedViews']> {
  const archive = objectKeys(toc);
  // pg_dump refreshes no view that reads from an unpopulated one, although it may have rows itself.
  const refreshed = new Set(
    toc
      .filter(({ catalogId, text }) => catalogId === 0 && text.startsWith('MATERIALIZED VIEW DATA '))
      .map(({ oid }) => oid),
  );
  const views = await psql.rows<{ oid: number; schema: string; name: string }>(
    `SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' ORDER BY 2, 3`,
  );
  return views
    .filter(({ oid }) => archive.has(`1259/${oid}`))
    .map(({ oid, schema, name }) => ({ schema, name, populated: refreshed.has(oid) }));
}

/** A standby has no rows of unlogged tables, and cannot even count them. */
async function unmeasuredTables(psql: Psql): Promise<Fingerprint['notMeasured']> {
  const tables = await psql.rows<{ name: string }>(
    `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND c.relpersistence = 'u' AND pg_is_in_recovery() ORDER BY 1`,
  );
  return tables.map(({ name }) => ({
    what: `table ${name}`,
    why: 'unlogged tables have no rows on a standby',
  }));
}
