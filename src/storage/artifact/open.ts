import { withRetry, type RetryOptions } from '../retry.js';
import type { Store } from '../store.js';
import { requireAccess, type ArtifactAccess } from './access.js';
import { ArtifactApi } from './rest.js';
import { ArtifactStore } from './store.js';

/** Opens a repository's artifacts. @throws UserError where something is missing, or artifacts are not to be had. */
export function openArtifactStore(
  url: string,
  given: ArtifactAccess | undefined,
  retry: Partial<RetryOptions>,
): Store {
  const access = requireAccess(given);
  return withRetry(new ArtifactStore(url, access, new ArtifactApi(access, retry), retry), retry);
}
