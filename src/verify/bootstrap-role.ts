import type { Globals } from '../postgres/globals.js';
import type { StagedBackup } from '../restore/types.js';

/** The name of the source's OID-10 role. Older backups do not tell; a role called postgres is nearly always the one. */
export function bootstrapRole(
  { fingerprint }: Pick<StagedBackup, 'fingerprint'>,
  globals: Globals | undefined,
): string {
  return fingerprint?.bootstrapRole ?? globals?.roles.find((role) => role === 'postgres') ?? 'postgres';
}
