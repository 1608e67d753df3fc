import { CancelledError, messageOf } from '../../base/errors.js';
import type { Reporter } from '../../base/reporter.js';
import { KeyError, type DecryptionKeys } from '../../codec/index.js';
import type { InstallOptions } from '../../postgres/programs/index.js';
import { readBackup } from '../../backup/catalogue.js';
import type { ChosenBackup, StagedBackup } from '../types.js';
import { Stage } from './stage.js';

export { DamagedPartError } from './damaged.js';

export interface StageOptions {
  chosen: ChosenBackup;
  keys: DecryptionKeys;
  tempDir: string;
  /** How `zstd` may be installed where it is needed. */
  tools: InstallOptions;
  /** Check files that are not needed, too. Default: false. */
  everyPart?: boolean;
  /** Where this store's copy is damaged or cannot be read, take another store's. Default: true. */
  fallback?: boolean;
  reporter: Reporter;
  signal: AbortSignal;
}

/**
 * Fetches a backup's files: each is hashed as it comes, decrypted, unpacked, and there only if it is exactly what was stored.
 * @throws DamagedPartError, KeyError, or UserError when there is not enough disk space. Nothing is left then.
 */
export async function stageBackup(options: StageOptions): Promise<StagedBackup> {
  const { chosen, reporter, fallback = true } = options;
  let first: unknown;
  for (const store of [chosen.store, ...(fallback ? chosen.others : [])]) {
    try {
      const manifest =
        store === chosen.store
          ? chosen.manifest
          : await readBackup(store, chosen.manifest.name, chosen.manifest.id);
      if (manifest === undefined) continue;
      return await new Stage({ ...options, chosen: { ...chosen, store, manifest } }).run();
    } catch (error) {
      if (error instanceof KeyError || error instanceof CancelledError || options.signal.aborted) throw error;
      first ??= error;
      const others = fallback && chosen.others.length > 0;
      if (others) reporter.warn(`The copy in ${store.url} cannot be used. ${messageOf(error)}`);
    }
  }
  throw first as Error;
}
