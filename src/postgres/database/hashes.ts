import { createHash } from 'node:crypto';
import { INITIAL_GRANTS, type DatabaseGrant } from './grants.js';
import type { DatabaseProperties } from './properties.js';
import { settingSql, type DatabaseSetting } from './settings.js';

/** A property of a database as a whole. */
export type Property = 'owner' | 'connection limit' | 'comment' | 'settings' | 'privileges';

/** The SHA-256 of each: settings may hold secrets. */
export type PropertyHashes = Record<Property, string>;

/** Those of a database, or those that an archive tells of: what it leaves out is as in a new database. */
type Known = Pick<DatabaseProperties, 'comment' | 'settings' | 'grants'> & {
  owner: string | undefined;
  connectionLimit: number | undefined;
};

/**
 * Hashes what pg_dump keeps of a database's properties; what the owner may do in it is left out. Fingerprints hold these
 * hashes, so what goes into them must stay as it is.
 */
export function propertyHashes(known: Known): PropertyHashes {
  return {
    owner: hash(known.owner),
    'connection limit': hash(known.connectionLimit ?? -1),
    comment: hash(known.comment),
    settings: hash(known.settings.map(settingText).sort()),
    privileges: hash(grantTexts(known.grants ?? INITIAL_GRANTS, known.owner)),
  };
}

function hash(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('hex');
}

/** As a statement, which is the same for a list however its names are quoted. */
function settingText(setting: DatabaseSetting): string {
  return settingSql('', setting);
}

/** A privilege that several roles gave counts once, as the strongest. */
function grantTexts(grants: readonly DatabaseGrant[], owner: string | undefined): string[] {
  const found = new Map<string, boolean>();
  for (const { grantee, privilege, grantable } of grants) {
    if (grantee === owner && grantee !== undefined) continue;
    const key = JSON.stringify([grantee ?? null, privilege]);
    found.set(key, grantable || found.get(key) === true);
  }
  return [...found].map(([key, grantable]) => `${key} ${grantable}`).sort();
}
