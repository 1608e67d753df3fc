import { CancelledError } from '../base/errors.js';
import { ContentsError } from './contents.js';

/** A cancellation that we caused ourselves says nothing about the reason, an archive that ends too early little. */
function weight(error: unknown): number {
  return error instanceof CancelledError ? 0 : error instanceof ContentsError ? 1 : 2;
}

/** Waits for all; when one fails the others are stopped first, and the first failure is the one that counts. */
export async function allOrStop<T extends readonly unknown[]>(
  stop: AbortController,
  work: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  let first: { error: unknown } | undefined;
  const guard = async (promise: Promise<unknown>): Promise<void> => {
    try {
      await promise;
    } catch (error) {
      if (first === undefined || weight(error) > weight(first.error)) first = { error };
      stop.abort();
    }
  };
  await Promise.all(work.map(guard));
  if (first !== undefined) throw first.error;
  return (await Promise.all(work as readonly Promise<unknown>[])) as unknown as T;
}
