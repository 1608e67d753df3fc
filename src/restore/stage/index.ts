import { readBackup } from '../../backup/catalogue.js';
import { ManifestError } from '../../backup/manifest.js';
import { CancelledError, messageOf } from '../../base/errors.js';
import { StoreError } from '../../storage/errors.js';
import type { StagedBackup } from '../types.js';
import { DamagedPartError } from './damaged.js';
import { Stage, type StageOptions } from './stage.js';

export { DamagedPartError } from './damaged.js';
export type { StageOptions } from './stage.js';

/**
 * Fetches a backup's files: each is hashed as it comes, decrypted, unpacked, and there only if it is exactly what was
 * stored. A copy that is damaged or cannot be read is warned about, and another store's is taken.
 * @throws DamagedPartError, KeyError, StoreError, or UserError when there is not enough disk space. Nothing is left then.
 */
export async function stageBackup(
  options: StageOptions & {
    /** Where this store's copy is damaged or cannot be read, take another store's. Default: true. */
    fallback?: boolean;
  },
): Promise<StagedBackup> {
  const { chosen, reporter, signal, fallback = true } = options;
  let failure: { error: unknown; url: string } | undefined;
  const tellFailure = (): void => {
    if (failure !== undefined)
      reporter.warn(
        `The copy in ${failure.url} cannot be used, so another store's is tried. ${messageOf(failure.error)}`,
      );
    failure = undefined;
  };
  for (const store of [chosen.store, ...(fallback ? chosen.others : [])]) {
    try {
      const manifest =
        store === chosen.store
          ? chosen.manifest
          : await readBackup(store, chosen.manifest.name, chosen.manifest.id);
      if (manifest === undefined) continue;
      tellFailure();
      const others = [chosen.store, ...chosen.others].filter((other) => other !== store);
      return await new Stage({ ...options, chosen: { store, manifest, others } }).run();
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      if (!isOfTheCopy(error)) throw error;
      tellFailure();
      failure = { error, url: store.url };
    }
  }
  // The last one's; it was told of no other way.
  throw failure?.error as Error;
}

/** Another copy may be better. A wrong key or a full disk would be the same with every copy. */
function isOfTheCopy(error: unknown): boolean {
  return error instanceof DamagedPartError || error instanceof StoreError || error instanceof ManifestError;
}
