import { UserError } from '../base/errors.js';

export interface StoreErrorOptions {
  /** What the system or the store said, for the log of an unknown fault. */
  cause?: unknown;
  /** Trying the same again may well succeed (a busy server, a connection cut). Default: false. */
  retryable?: boolean;
  /** The object is not there. Default: false. */
  notFound?: boolean;
  /** The store's own name for the fault, e.g. `NoSuchUpload`. */
  code?: string;
}

/** A store that failed or refused. The message names the store, the object and what to do, and holds no secret. */
export class StoreError extends UserError {
  readonly retryable: boolean;
  readonly notFound: boolean;
  readonly code: string | undefined;

  constructor(message: string, options: StoreErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.retryable = options.retryable ?? false;
    this.notFound = options.notFound ?? false;
    this.code = options.code;
  }
}

/** Whether trying again may help. */
export function isRetryable(error: unknown): error is StoreError {
  return error instanceof StoreError && error.retryable;
}

/** Whether an object was asked for that is not there. */
export function isNotFound(error: unknown): error is StoreError {
  return error instanceof StoreError && error.notFound;
}
