import { CancelledError, codeOf, messageOf, UserError } from './errors.js';

/** One failure as people are told of it. */
export interface Failure {
  message: string;
  /** Where it came from, for whoever looks into it; empty when the message says it all. */
  details: string[];
}

const MAX_CAUSES = 5;

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && cause !== null && causes.length < MAX_CAUSES) {
    const code = codeOf(cause);
    causes.push(`Cause: ${messageOf(cause)}${code === undefined ? '' : ` (${code})`}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

/** Several errors that were thrown together, one by one. */
export function errorsOf(error: unknown): unknown[] {
  return error instanceof AggregateError && error.errors.length > 0
    ? error.errors.flatMap(errorsOf)
    : [error];
}

/**
 * What to tell of an error: a user's mistake in its own words, a fault of ours as one, with its stack.
 * Several errors that were thrown together are several failures.
 */
export function failuresOf(error: unknown): Failure[] {
  return errorsOf(error).map(failureOf);
}

function failureOf(error: unknown): Failure {
  const details = causesOf(error);
  if (error instanceof UserError || error instanceof CancelledError)
    return { message: error.message, details };
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  return {
    message: `${messageOf(error)} (This is unexpected: please report it, with the lines below.)`,
    details: [...stack.map((line) => line.trim()), ...details],
  };
}
