import { isEncrypted, type Manifest } from '../backup/manifest.js';
import { redReasons } from '../backup/result.js';
import { runBackup } from '../backup/run.js';
import { UserError } from '../base/errors.js';
import type { DecryptionKeys } from '../codec/index.js';
import { familyName } from '../inputs/name.js';
import { readInputs } from '../inputs/read.js';
import type { RestoreOptions } from './run-options.js';

/** A backup of the target that was made before it is changed. */
export interface SafetyBackup {
  id: string;
  name: string;
  storage: string;
}

/** The label that safety backups carry, so that retention of others does not see them. */
const LABEL = 'safety';

/**
 * Backs up the target, in a family of its own: `<name>-safety`. Where the backup that is restored is encrypted, this
 * one can be read with the same key.
 * @throws UserError when it could not be made: nothing of the target has been changed then
 */
export async function backUpTarget(
  options: RestoreOptions,
  storage: string,
  { manifest, keys, database }: { manifest: Manifest; keys: DecryptionKeys; database: string },
): Promise<SafetyBackup> {
  const { inputs } = options;
  const name = familyName(`${manifest.name}-${LABEL}`);
  const given: Record<string, string | undefined> = {
    'database-url': inputs.databaseUrl,
    databases: database,
    storage,
    name,
    label: LABEL,
    'postgres-version': String(inputs.postgresVersion),
    'postgres-bin': inputs.postgresBin,
    ...(isEncrypted(manifest) ? await encryption(keys) : {}),
  };
  const result = await runBackup({ ...options, inputs: readInputs('backup', (input) => given[input]) });
  const [reason] = redReasons(result);
  const id = result.results[0]?.manifest.id;
  if (reason !== undefined || id === undefined)
    throw new UserError(
      `The target could not be backed up first (safety-backup), so nothing was restored. ${reason instanceof Error ? reason.message : ''}`,
      { cause: reason },
    );
  return { id, name, storage };
}

async function encryption({ identities, passphrase }: DecryptionKeys): Promise<Record<string, string>> {
  if (passphrase !== undefined) return { passphrase };
  const { identityToRecipient } = await import('age-encryption');
  const recipients = await Promise.all((identities ?? []).map((identity) => identityToRecipient(identity)));
  return { recipients: recipients.join('\n') };
}
