import type { Globals } from '../postgres/globals.js';
import { different } from './compare/findings.js';
import type { Finding } from './types.js';

/**
 * The roles that an archive names and the backup's globals do not make: without them it does not restore with its owners
 * and rights. The scratch server has them all the same, so nothing else of a verification would notice.
 * @param named every role in the archive
 * @param bootstrapRole the cluster's first superuser, which every cluster has
 * @param encoding the source's: in others than UTF8 only plain names can be compared
 */
export function roleFindings(
  named: readonly string[],
  globals: Globals | undefined,
  { bootstrapRole, encoding }: { bootstrapRole: string; encoding: string },
): Finding[] {
  if (globals === undefined) return [];
  const made = new Set([...globals.roles, bootstrapRole]);
  return named
    .filter((role) => !made.has(role) && !role.startsWith('pg_'))
    .filter((role) => encoding === 'UTF8' || /^[\x20-\x7e]*$/.test(role))
    .map((role) =>
      different('role', role, 'in the globals', 'missing', {
        why: 'owners and rights of the backup name it, and nothing in the backup makes it',
      }),
    );
}
