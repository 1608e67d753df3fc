import type { StoreContext } from '../registry.js';
import { withRetry, type RetryOptions } from '../retry.js';
import type { Store } from '../store.js';
import { requireAccess } from './access.js';
import { ArtifactApi } from './rest.js';
import { ArtifactStore } from './store.js';

/** Opens a repository's artifacts. @throws UserError where something is missing, or artifacts are not to be had. */
export function openArtifactStore(url: string, context: StoreContext, retry: Partial<RetryOptions>): Store {
  const access = requireAccess(context.artifacts);
  return withRetry(new ArtifactStore(url, access, new ArtifactApi(access, retry), retry), retry);
}
