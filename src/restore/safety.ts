import { isEncrypted, type Manifest } from '../backup/manifest.js';
import { redReasons } from '../backup/result.js';
import { runBackup } from '../backup/run.js';
import { SAFETY_LABEL, safetyFamily } from '../backup/safety-family.js';
import { UserError } from '../base/errors.js';
import type { DecryptionKeys } from '../codec/index.js';
import { readInputs } from '../inputs/read.js';
import type { RestoreOptions } from './run-options.js';
import type { Target } from './target/types.js';

/** A backup of the target that was made before it is changed. */
export interface SafetyBackup {
  id: string;
  name: string;
  storage: string;
}

/**
 * Backs up the target, in a family of its own: see `safetyFamily`. Where the backup that is restored is encrypted, this
 * one can be read with the same key.
 * @throws UserError when it could not be made: nothing of the target has been changed then
 */
export async function backUpTarget(
  options: RestoreOptions,
  storage: string,
  { manifest, keys, target }: { manifest: Manifest; keys: DecryptionKeys; target: Target },
): Promise<SafetyBackup> {
  const { inputs } = options;
  const { database, existing } = target;
  const name = safetyFamily(database, existing?.databaseId ?? null);
  const given: Record<string, string | undefined> = {
    'database-url': inputs.databaseUrl,
    databases: database,
    storage,
    name,
    label: SAFETY_LABEL,
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
  options.reporter.info(`The target is backed up as ${name}/${id} in ${storage}.`);
  return { id, name, storage };
}

async function encryption({ identities, passphrase }: DecryptionKeys): Promise<Record<string, string>> {
  if (passphrase !== undefined) return { passphrase };
  const { identityToRecipient } = await import('age-encryption');
  const recipients = await Promise.all((identities ?? []).map((identity) => identityToRecipient(identity)));
  return { recipients: recipients.join('\n') };
}
