import { UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import { quoteIdentifier } from '../postgres/psql.js';
import { settingSql } from '../postgres/database/settings.js';
import { archivedProperties } from '../restore/swap/archived.js';
import type { StagedBackup } from '../restore/types.js';
import { warnOfMissing } from '../verify/extensions.js';
import type { Division } from '../verify/left-out.js';
import type { CopyOptions } from '../verify/options.js';
import { openPlace, type Place } from '../verify/place.js';
import { ScratchCopy } from '../verify/scratch-copy.js';
import { Door } from './door.js';
import { REHEARSAL_SETTINGS, unhide } from './observe/index.js';
import type { Rehearsal } from './types.js';

/** A restored backup that a command may be tried on. */
export interface Stage {
  place: Place;
  /** How we look at the database before and after the command. */
  rehearsal: Rehearsal;
  /** How the command gets in, and out again. */
  door: Door;
  /** What is not as it was in the source, one sentence each. */
  otherwise: string[];
}

/** Restores a staged backup under its own name on a scratch server of its own, whose statements are logged. */
export async function setStage(options: CopyOptions, staged: StagedBackup): Promise<Stage> {
  const { reporter, signal } = options;
  const { database } = staged.manifest;
  const place = await openPlace(options, staged, { database, settings: REHEARSAL_SETTINGS });
  try {
    const copy = new ScratchCopy(options, staged, place, database);
    await copy.makeRoles();
    const otherwise = await copy.createDatabase();
    const division = await copy.divide();
    if (division !== undefined) {
      warnOfMissing(place, 'NOT CHECKED', reporter);
      otherwise.push(leftOutOf(division, place));
    }
    otherwise.push(...(await restore(options, copy, division)));
    const { connection } = place.scratch;
    const rehearsal = { programs: place.programs, connection, database, signal };
    const roles = await giveAway(copy, staged, place, signal);
    return { place, rehearsal, door: new Door(rehearsal, roles), otherwise };
  } catch (error) {
    const told = await place.scratch.explain(error);
    await place.scratch.stop();
    throw told as Error;
  }
}

/** What is not there without some extensions, in one sentence. */
function leftOutOf({ leftOut }: Division, { missing }: Place): string {
  const tables = leftOut.entries
    .filter(({ kind }) => kind === 'TABLE')
    .map(({ schema = '', tag }) => `${schema}.${tag}`);
  const which =
    tables.length === 0 ? '' : `, ${plural(tables.length, 'table')} among it (${tables.join(', ')})`;
  return `What needs an extension that the scratch server does not have (${missing.join(', ')}): it was left out${which}.`;
}

/** @returns what was kept from reaching another server */
async function restore(
  { reporter, signal }: CopyOptions,
  copy: ScratchCopy,
  division: Division | undefined,
): Promise<string[]> {
  const { errors, neutralised } = await reporter.group('Restoring', () =>
    copy.restoreInto(division, { database: copy.database, content: 'all', reporter, signal }),
  );
  const harmful = errors.filter(({ harmless }) => harmless === undefined);
  if (harmful.length > 0)
    throw new UserError(
      `The backup did not restore without errors, so the migrations were not run. Verify it first, or choose another one.\n${harmful.map(({ message }) => message).join('\n')}`,
    );
  return neutralised;
}

/** Gives the database its owner and settings, but for those that would hide what is done there. */
async function giveAway(
  copy: ScratchCopy,
  staged: StagedBackup,
  place: Place,
  signal: AbortSignal,
): Promise<{ bootstrap: string; owner: string }> {
  const archived = await archivedProperties({ archive: staged, programs: place.readers, signal });
  const psql = await copy.open('that prepares the rehearsal', 'template1');
  try {
    const bootstrap = await psql.value('SELECT session_user');
    const owner = archived.owner ?? bootstrap;
    const { database } = copy;
    if (owner !== bootstrap)
      await psql.exec(`ALTER DATABASE ${quoteIdentifier(database)} OWNER TO ${quoteIdentifier(owner)}`);
    for (const setting of archived.settings) await psql.exec(settingSql(database, setting));
    await unhide(psql);
    return { bootstrap, owner };
  } finally {
    await psql.close();
  }
}
