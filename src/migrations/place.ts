import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import { readGlobals, type Globals } from '../postgres/globals.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/psql.js';
import { settingSql } from '../postgres/database/settings.js';
import { readContents } from '../restore/archive/index.js';
import { archivedProperties } from '../restore/swap/archived.js';
import type { StagedBackup } from '../restore/types.js';
import { bootstrapRole } from '../verify/bootstrap-role.js';
import { extensionsOf, warnOfMissing } from '../verify/extensions.js';
import type { Division } from '../verify/left-out.js';
import type { CopyOptions } from '../verify/options.js';
import { openPlace, programsFor, type Place } from '../verify/place.js';
import { ScratchCopy } from '../verify/scratch-copy.js';
import type { Login } from './command/index.js';
import { REHEARSAL_SETTINGS } from './observe/index.js';
import type { Rehearsal } from './types.js';

/** A restored backup that a command may be tried on. */
export interface Stage {
  place: Place;
  rehearsal: Rehearsal;
  /** How the command logs in, but for the port. */
  login: Omit<Login, 'port'>;
  /** What is not as it was in the source, one sentence each. */
  otherwise: string[];
}

/** Restores a staged backup under its own name on a scratch server of its own, whose statements are logged. */
export async function setStage(options: CopyOptions, staged: StagedBackup): Promise<Stage> {
  const { reporter, signal } = options;
  const { database } = staged.manifest;
  const programs = await reporter.group('PostgreSQL programs', () => programsFor(options, staged));
  const globals: Globals =
    staged.globals === undefined
      ? { roles: [], statements: [] }
      : readGlobals(await readFile(staged.globals, 'utf8'));
  const place = await reporter.group('Scratch server', async () => {
    const toc = await readContents({ archive: staged, programs, signal });
    return openPlace(options, staged, programs, {
      extensions: extensionsOf(staged, toc ?? []),
      bootstrapRole: bootstrapRole(staged, globals),
      database,
      settings: REHEARSAL_SETTINGS,
    });
  });
  try {
    const copy = new ScratchCopy(options, staged, place, database);
    await copy.makeRoles(globals);
    const otherwise = await copy.createDatabase();
    const division = await copy.divide();
    if (division !== undefined) {
      warnOfMissing(place, 'NOT CHECKED', reporter);
      otherwise.push(leftOutOf(division, place));
    }
    await restore(options, copy, division, otherwise);
    const login = await admit(copy, staged, place, signal);
    const { connection } = place.scratch;
    return { place, rehearsal: { programs: place.programs, connection, database, signal }, login, otherwise };
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

async function restore(
  { reporter, signal }: CopyOptions,
  copy: ScratchCopy,
  division: Division | undefined,
  otherwise: string[],
): Promise<void> {
  const { errors, neutralised } = await reporter.group('Restoring', () =>
    copy.restoreInto(division, { database: copy.database, content: 'all', reporter, signal }),
  );
  const harmful = errors.filter(({ harmless }) => harmless === undefined);
  if (harmful.length > 0)
    throw new UserError(
      `The backup did not restore without errors, so the migrations were not run. Verify it first, or choose another one.\n${harmful.map(({ message }) => message).join('\n')}`,
    );
  otherwise.push(...neutralised);
}

/**
 * Lets the owner of the database log in, with every right: whether the command's own role may do what it does is not
 * rehearsed, since its memberships may come from outside of the backup.
 */
async function admit(
  copy: ScratchCopy,
  staged: StagedBackup,
  place: Place,
  signal: AbortSignal,
): Promise<Omit<Login, 'port'>> {
  const archived = await archivedProperties({ archive: staged, programs: place.readers, signal });
  const psql = await copy.open('that prepares the rehearsal', 'template1');
  try {
    const bootstrap = await psql.value('SELECT session_user');
    const user = archived.owner ?? bootstrap;
    const { database } = copy;
    const password = randomBytes(24).toString('base64url');
    // Sessions of ours log in as the bootstrap role with a password of its own.
    if (user !== bootstrap)
      await psql.exec(
        `ALTER ROLE ${quoteIdentifier(user)} LOGIN SUPERUSER CONNECTION LIMIT -1 VALID UNTIL 'infinity' PASSWORD ${quoteLiteral(password)}`,
        `ALTER DATABASE ${quoteIdentifier(database)} OWNER TO ${quoteIdentifier(user)}`,
      );
    for (const setting of archived.settings) await psql.exec(settingSql(database, setting));
    return user === bootstrap
      ? { user, password: place.scratch.connection.env['PGPASSWORD'] ?? '', database }
      : { user, password, database };
  } finally {
    await psql.close();
  }
}
