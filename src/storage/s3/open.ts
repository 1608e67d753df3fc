import type { StoreContext } from '../registry.js';
import { withRetry, type RetryOptions } from '../retry.js';
import type { Store } from '../store.js';
import { S3_TIMEOUTS, S3Connection } from './client.js';
import type { S3Location } from './location.js';
import { s3Settings } from './settings.js';
import { S3Store } from './store.js';

/** Opens an S3 store. AWS_MAX_ATTEMPTS, which the SDKs know, says how often a request is tried. */
export function openS3Store(
  url: string,
  location: S3Location,
  context: StoreContext,
  retry: Partial<RetryOptions>,
): Store {
  const settings = s3Settings(location, context.env);
  const timeouts = { ...S3_TIMEOUTS, ...context.timeouts };
  const connection = new S3Connection(location, settings, timeouts, context.signal);
  const attempts = Number(context.env.AWS_MAX_ATTEMPTS);
  const options = Number.isInteger(attempts) && attempts > 0 ? { attempts, ...retry } : retry;
  return withRetry(new S3Store(url, connection, options), options);
}
