import type { Fact } from '../types.js';

/** A fact, with what is known beside it: advice, and the index of its statement. */
export function factOf(
  kind: Fact['kind'],
  fails: boolean,
  message: string,
  { advice, statement }: { advice?: string | undefined; statement?: number | undefined } = {},
): Fact {
  return {
    kind,
    fails,
    message,
    ...(advice === undefined ? {} : { advice }),
    ...(statement === undefined ? {} : { statement }),
  };
}
