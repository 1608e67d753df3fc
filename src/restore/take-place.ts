import { readProperties } from '../postgres/database/properties.js';
import { quoteIdentifier, type Psql } from '../postgres/psql.js';
import { dropEmptied } from './emptied.js';
import type { Job } from './job.js';
import { archivedProperties } from './swap/archived.js';
import { combine, type WantedProperties } from './swap/combine.js';
import { beforeName } from './swap/names.js';
import { applyProperties } from './swap/prepare.js';
import { swap } from './swap/swap.js';
import { databaseNames } from './target/look.js';
import { knownRoles } from './target/roles.js';
import { inSession } from './target/server.js';
import { requireUnchanged } from './unchanged.js';

export type Ask = <T>(what: string, work: (psql: Psql) => Promise<T>) => Promise<T>;

/**
 * Makes the restored database the target.
 * @param notes gets what the user should know
 * @returns what the old database is called now; null where there is none any more
 * @throws UserError, the target being as it was; after the swap nothing throws
 */
export async function takePlace(
  job: Job,
  maintenance: string,
  restored: string,
  notes: string[],
): Promise<string | null> {
  const { target, staged, options, plan, open, clean, connection } = job;
  const { database, existing } = target;
  const ask: Ask = (what, work) =>
    inSession(() => open(maintenance, 'that prepares'), what, connection, work);
  const wanted = await wantedProperties(job, ask);
  notes.push(...(await apply(job, ask, restored, wanted)));
  const before =
    existing === undefined
      ? undefined
      : beforeName(database, staged.manifest.id, await ask('Listing the databases', databaseNames));
  await swap({
    target: database,
    restored,
    before,
    comment: wanted.comment,
    signal: options.signal,
    maintenance,
    check: () => requireUnchanged(job),
    open: (name) => open(maintenance, name),
    look: (name) => clean(maintenance, name),
  });
  options.reporter.info(`${JSON.stringify(database)} is now the restored database.`);
  if (before === undefined) return null;
  const kept = plan.mode === 'fresh' ? await dropEmptied(clean, maintenance, before) : { why: '' };
  if (kept === undefined) return null;
  if (kept.filled === true) options.reporter.warn(`${kept.why} It is kept as ${JSON.stringify(before)}.`);
  notes.push(
    `The database that was there before is kept as ${JSON.stringify(before)}. ${kept.why}${kept.why === '' ? '' : ' '}When you are sure that you need it no more: DROP DATABASE ${quoteIdentifier(before)}.`,
  );
  return before;
}

/** What the new database is to be like as a whole. */
export async function wantedProperties(
  { staged, programs, options, plan, target }: Job,
  ask: Ask,
): Promise<WantedProperties> {
  const archived = await archivedProperties({ archive: staged, programs, signal: options.signal });
  return ask("Reading the target's own settings", async (psql) => {
    const properties =
      target.existing === undefined ? undefined : await readProperties(psql, target.database);
    const named = [
      archived.owner,
      ...archived.settings.map(({ role }) => role),
      ...(archived.grants ?? []).map(({ grantee }) => grantee),
    ].filter((role) => role !== undefined);
    const { there, actAs } = await knownRoles(psql, named, target.major);
    const owner = plan.owner && archived.owner !== undefined && actAs.has(archived.owner);
    return combine(archived, properties, { owner, privileges: plan.privileges, roles: there });
  });
}

/** @returns what the user has to make up for */
async function apply(
  { target, options }: Job,
  ask: Ask,
  restored: string,
  wanted: WantedProperties,
): Promise<string[]> {
  const lost = await ask('Giving the restored database the rights of the target', (psql) =>
    applyProperties(psql, restored, wanted, target.role.name),
  );
  if (lost.length === 0) return [];
  const note = `Role ${target.role.name} may not make these settings of the database again: ${lost.join(', ')}. Have a superuser make them (ALTER ROLE ... IN DATABASE ... SET, ALTER DATABASE ... SET) before applications rely on them.`;
  options.reporter.warn(note);
  return [note];
}
