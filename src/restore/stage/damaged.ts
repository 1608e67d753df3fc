import { UserError } from '../../base/errors.js';

/** A stored file that is not what the backup's manifest says: a verdict on the backup, not a fault of the run. */
export class DamagedPartError extends UserError {
  constructor(
    readonly file: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
