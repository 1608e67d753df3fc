import { createHash } from 'node:crypto';
import { StoreError } from '../errors.js';
import { retrying, type RetryOptions } from '../retry.js';
import { DAMAGED } from './access.js';
import type { Artifact } from './listing.js';
import type { ArtifactApi } from './rest.js';
import type { Purpose } from './rest-errors.js';

/** How long the blob store may send nothing. */
const STALL_MS = 60_000;
/** How often in a row reading may break off without a single byte having come. */
const FRUITLESS = 5;

/** An artifact's bytes from an offset on. */
type Opened = (offset: number) => Promise<AsyncGenerator<Uint8Array, void, undefined>>;

/**
 * Opens an artifact. The bytes go on where they broke off when the connection is cut, and are compared with the digest
 * that GitHub keeps: the last of them come only if all of them are right.
 * @throws StoreError, with `notFound` where the artifact was deleted or has expired.
 */
export async function download(
  api: ArtifactApi,
  artifact: Artifact,
  retry: Partial<RetryOptions>,
): Promise<AsyncIterable<Uint8Array>> {
  const purpose: Purpose = {
    doing: `read the artifact ${artifact.name} of ${api.repository}`,
    permission: 'read',
    artifact: true,
  };
  const open: Opened = async (offset) =>
    chunksOf(api, await api.blobUrl(artifact.id, purpose), offset, purpose);
  return checked(bytesOf(await started(open, 0), open, artifact, purpose, retry), artifact, purpose);
}

/** The first chunk is waited for: a blob that is refused is an error of opening, not of reading. */
async function started(open: Opened, offset: number): Promise<AsyncIterable<Uint8Array>> {
  const chunks = await open(offset);
  const first = await chunks.next();
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* chunks;
  })();
}

async function* bytesOf(
  first: AsyncIterable<Uint8Array>,
  open: Opened,
  artifact: Artifact,
  { doing }: Purpose,
  retry: Partial<RetryOptions>,
): AsyncIterable<Uint8Array> {
  let body = first;
  let offset = 0;
  let fruitless = 0;
  for (;;) {
    try {
      for await (const chunk of body) {
        offset += chunk.byteLength;
        fruitless = 0;
        yield chunk;
      }
      if (offset >= artifact.bytes) return;
      throw new StoreError(`Could not ${doing}. Only ${offset} of ${artifact.bytes} bytes came.`, {
        retryable: true,
      });
    } catch (error) {
      fruitless += 1;
      if (!(error instanceof StoreError && error.retryable) || fruitless > FRUITLESS) throw error;
      body = await retrying(`Reading on at byte ${offset}`, () => started(open, offset), retry);
    }
  }
}

/** One request to the blob store. */
async function* chunksOf(
  api: ArtifactApi,
  url: string,
  offset: number,
  purpose: Purpose,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stalled = new AbortController();
  // Only while we wait for it: whoever takes the bytes may be busy with other things for longer.
  const waitFor = async <T>(work: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => stalled.abort(new DOMException('nothing came', 'TimeoutError')), STALL_MS);
    try {
      return await work;
    } catch (error) {
      throw api.explain(error, purpose);
    } finally {
      clearTimeout(timer);
    }
  };
  const headers: Record<string, string> = offset === 0 ? {} : { range: `bytes=${offset}-` };
  const response = await waitFor(api.blob(url, headers, stalled.signal));
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw blobError(response.status, purpose);
  }
  // A store that knows no ranges begins anew.
  let skip = response.status === 206 ? 0 : offset;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = (await waitFor(reader.read())) as { done: boolean; value?: Uint8Array };
      if (done || value === undefined) return;
      const chunk = value.subarray(Math.min(skip, value.byteLength));
      skip -= value.byteLength - chunk.byteLength;
      if (chunk.byteLength > 0) yield chunk;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function blobError(status: number, { doing }: Purpose): StoreError {
  if (status === 404 || status === 410)
    return new StoreError(
      `Could not ${doing}. Its bytes are no longer there: it was deleted or has expired.`,
      {
        notFound: true,
        code: String(status),
      },
    );
  // 403: the URL is valid for a minute, and a new one is asked for.
  return new StoreError(`Could not ${doing}. The store behind GitHub answered ${status}.`, {
    retryable: status >= 500 || [403, 408, 429].includes(status),
    code: String(status),
  });
}

/** Lets the last chunk through only once all of them hash to what GitHub says. */
async function* checked(
  source: AsyncIterable<Uint8Array>,
  { bytes, sha256 }: Artifact,
  { doing }: Purpose,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  let count = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    hash.update(chunk);
    count += chunk.byteLength;
    if (held !== undefined) yield held;
    held = chunk;
  }
  const found = hash.digest('hex');
  if (sha256 === undefined)
    throw new StoreError(
      `Could not ${doing}. GitHub keeps no SHA-256 of it, so it is not one that pgkeep made.`,
    );
  if (found !== sha256 || count !== bytes)
    throw new StoreError(
      `Could not ${doing}. ${count} bytes with SHA-256 ${found} came where GitHub keeps ${bytes} with ${sha256}: the artifact is damaged. Use another backup, or another copy of this one.`,
      { code: DAMAGED },
    );
  if (held !== undefined) yield held;
}
