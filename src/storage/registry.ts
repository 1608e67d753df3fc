import type { Reporter } from '../base/reporter.js';
import type { ArtifactAccess } from './artifact/access.js';
import { openArtifactStore } from './artifact/open.js';
import { FileStore } from './file/store.js';
import { withRetry, type RetryOptions } from './retry.js';
import type { S3Timeouts } from './s3/client.js';
import type { Store } from './store.js';
import { parseStorageUrl } from './url.js';

/** What a store is opened with besides its URL. */
export interface StoreContext {
  /** Where the AWS settings are that the URL leaves out. */
  env: NodeJS.ProcessEnv;
  /** Hears of every failure that is tried again. */
  reporter?: Reporter;
  /** Ends what is under way. Cleaning up (abort, remove) still works after it, but quickly. */
  signal?: AbortSignal;
  retry?: Partial<RetryOptions>;
  timeouts?: Partial<S3Timeouts>;
  /** How `artifact://` reaches a repository's artifacts. */
  artifacts?: ArtifactAccess | undefined;
}

/**
 * Opens the store that a URL names. Nothing is sent to it yet. Requests that fail in passing are tried again.
 * @throws UserError for a URL that is not right, or settings that are missing.
 */
export async function openStore(url: string, context: StoreContext): Promise<Store> {
  const parsed = parseStorageUrl(url);
  const retry: Partial<RetryOptions> = {
    ...(context.reporter === undefined ? {} : { reporter: context.reporter }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    ...context.retry,
  };
  if (parsed.scheme === 'file') return withRetry(new FileStore(parsed.url, parsed.root), retry);
  if (parsed.scheme === 'artifact') return openArtifactStore(parsed.url, context.artifacts, retry);
  // The SDK is a large part of the bundle: whoever does not store in S3 does not wait for it.
  const { openS3Store } = await import('./s3/open.js');
  return openS3Store(parsed.url, parsed.s3, context, retry);
}

/** Opens the stores that URLs name, in their order. @throws UserError as `openStore` does. */
export function openStores(urls: readonly string[], context: StoreContext): Promise<Store[]> {
  return Promise.all(urls.map((url) => openStore(url, context)));
}
