import { Psql } from '../../postgres/psql.js';
import type { TocEntry } from '../../postgres/toc.js';
import type { ArchiveRestore, RestoreError } from '../types.js';
import { readContents } from './contents.js';
import { dependsOnForeign, isNeutralised, type RelationName } from './foreign.js';
import { passesOf, reachesOut, setsDefaultsOf } from './kinds.js';
import { neutralise, NEUTRALISE } from './neutralise.js';
import { runPlain } from './run/plain.js';
import { runPgRestore } from './run/pg-restore.js';

export interface RestoreInto extends Omit<ArchiveRestore, 'section'> {
  /**
   * Nothing that is restored may reach another server: for scratch servers, as a superuser. Not with `singleTransaction`
   * where the archive holds something that could.
   */
  neutralised: boolean;
}

/** What became of a restore. */
export interface Restored {
  errors: RestoreError[];
  /** What was kept from reaching another server: `foreign server crm`. */
  neutralised: string[];
  /** Materialized views that could not be filled because of that. */
  dependsOnForeign: RelationName[];
}

const OTHER_SERVER =
  'It reads a foreign table, and nothing that is restored here may reach another server, so it stays empty.';

/**
 * Restores an archive into an empty database. Privileges come after everything else, one by one; event triggers last, after materialized views
 * were filled, which would otherwise run them. What could reach another server cannot any more before the first row is restored, because
 * from then on functions of the database run.
 * @throws as `restoreArchive`, and SqlError where something must be neutralised and the role is no superuser
 */
export async function restoreInto(options: RestoreInto): Promise<Restored> {
  const restored = options.archive.format === 'plain' ? await plainInto(options) : await archiveInto(options);
  return { ...restored, errors: once(restored.errors).map((error) => explained(error, options)) };
}

async function plainInto(options: RestoreInto): Promise<Restored> {
  const errors = await runPlain(options, options.neutralised ? NEUTRALISE : '');
  return { errors, ...(await look(options, options.neutralised)) };
}

async function archiveInto(options: RestoreInto): Promise<Restored> {
  const { withoutDefaultsOf = [] } = options;
  const contents = (options.entries ?? (await readContents(options)) ?? []).filter(
    (entry) => !setsDefaultsOf(entry, withoutDefaultsOf),
  );
  const outward = options.neutralised && contents.some(reachesOut);
  const { main, privileges, refreshes, eventTriggers } = passesOf(contents);
  const last = [...refreshes, ...eventTriggers];
  const errors: RestoreError[] = [];
  const pass = async (entries: readonly TocEntry[], how: Partial<ArchiveRestore> = {}): Promise<void> => {
    errors.push(...(await runPgRestore({ ...options, ...how, entries })));
  };
  if (options.singleTransaction) await pass([...main, ...privileges, ...last]);
  else {
    if (!outward) await pass(main);
    else {
      if (options.content !== 'data') await pass(main, { section: 'pre-data' });
      await look(options, true);
      if (options.content !== 'schema') await pass(main, { section: 'data' });
      if (options.content !== 'data') await pass(main, { section: 'post-data' });
    }
    // One by one: a grant may need the right that another grant gives, and two on one table disturb each other.
    if (refreshes.length < 2) await pass([...privileges, ...last], { jobs: 1 });
    else {
      await pass(privileges, { jobs: 1 });
      await pass(refreshes);
      await pass(eventTriggers, { jobs: 1 });
    }
  }
  return { errors, ...(await look(options, outward)) };
}

async function look(options: RestoreInto, outward: boolean): Promise<Omit<Restored, 'errors'>> {
  if (!outward) return { neutralised: [], dependsOnForeign: [] };
  const { programs, connection, database, signal, reporter } = options;
  const name = 'that keeps the restored database from reaching others';
  const psql = await Psql.open({ programs, connection, database, signal, reporter, name });
  try {
    return { neutralised: await neutralise(psql), dependsOnForeign: await dependsOnForeign(psql) };
  } finally {
    await psql.close();
  }
}

function explained(error: RestoreError, { neutralised }: RestoreInto): RestoreError {
  return neutralised && isNeutralised(error) ? { ...error, harmless: OTHER_SERVER } : error;
}

/** What every session of pg_restore complains about anew is said once. */
function once(errors: readonly RestoreError[]): RestoreError[] {
  const seen = new Set<string>();
  return errors.filter(({ message, harmless }) => {
    if (harmless === undefined) return true;
    return !seen.has(message) && seen.add(message);
  });
}
