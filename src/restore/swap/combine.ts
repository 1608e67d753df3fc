import type { DatabaseGrant } from '../../postgres/database/grants.js';
import type { DatabaseProperties } from '../../postgres/database/properties.js';
import type { DatabaseSetting } from '../../postgres/database/settings.js';
import type { ArchivedProperties } from './archived.js';
import { unmarked } from './marker.js';

/** What the restored database is to be like as a whole, before it takes the target's place. */
export interface WantedProperties {
  /** Undefined: it stays whose it is. */
  owner: string | undefined;
  connectionLimit: number;
  comment: string | null;
  settings: DatabaseSetting[];
  /** Null: as a new database has them. */
  grants: DatabaseGrant[] | null;
}

/** What of the archive counts. */
export interface ArchivedScope {
  owner: boolean;
  privileges: boolean;
  /** Roles that are on the server. */
  roles: ReadonlySet<string>;
}

/**
 * The archive's settings and rights, over which the target's own go: what was set in the archive's time and not since
 * comes back, what the target says differently stays, and nobody who may use the target is locked out. What PUBLIC may
 * do, the owner, the limit of connections and the comment are the target's, where there is one.
 */
export function combine(
  archived: ArchivedProperties,
  target: DatabaseProperties | undefined,
  scope: ArchivedScope,
): WantedProperties {
  const there = (role: string | undefined): boolean => role === undefined || scope.roles.has(role);
  const grants = scope.privileges ? archived.grants : null;
  return {
    ...ownerAndLimit(archived, target, scope.owner && there(archived.owner)),
    comment: unmarked(target?.comment) ?? unmarked(archived.comment),
    settings: combineSettings(
      archived.settings.filter(({ role }) => there(role)),
      target?.settings ?? [],
    ),
    grants: combineGrants(grants?.filter(({ grantee }) => there(grantee)) ?? null, target?.grants ?? null),
  };
}

function ownerAndLimit(
  archived: ArchivedProperties,
  target: DatabaseProperties | undefined,
  archivedOwner: boolean,
): Pick<WantedProperties, 'owner' | 'connectionLimit'> {
  if (target !== undefined) return { owner: target.owner, connectionLimit: target.connectionLimit };
  return {
    owner: archivedOwner ? archived.owner : undefined,
    connectionLimit: archived.connectionLimit ?? -1,
  };
}

function combineSettings(archived: DatabaseSetting[], target: DatabaseSetting[]): DatabaseSetting[] {
  const key = ({ role, name }: DatabaseSetting): string => JSON.stringify([role ?? null, name.toLowerCase()]);
  return [...new Map([...archived, ...target].map((setting) => [key(setting), setting])).values()];
}

function combineGrants(
  archived: DatabaseGrant[] | null,
  target: DatabaseGrant[] | null,
): DatabaseGrant[] | null {
  if (archived === null || target === null) return target ?? archived;
  const roles = archived.filter(({ grantee }) => grantee !== undefined);
  const key = ({ grantee, privilege }: DatabaseGrant): string => JSON.stringify([grantee ?? null, privilege]);
  return [...new Map([...roles, ...target].map((grant) => [key(grant), grant])).values()];
}
