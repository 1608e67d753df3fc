/**
 * A mistake or a condition that the user can do something about: shown as one message, without a stack.
 * The message says what happened, to what, and what to do next. It never holds a secret.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}

/** A failure that was explained in sentences with names in them, which not everybody may see who may see that it failed. */
export class ExplainedError extends UserError {
  /** @param anonymous the same without the names of servers, roles and what is in a database */
  constructor(
    message: string,
    readonly anonymous: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The run was told to stop (SIGINT, SIGTERM or a failure elsewhere); what was half done has been cleaned up. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor(message = 'Cancelled.') {
    super(message);
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`, `EACCES`, ...), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
