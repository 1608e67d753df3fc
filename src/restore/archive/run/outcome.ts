import { CancelledError, UserError } from '../../../base/errors.js';
import type { Exit } from '../../../base/process.js';
import { explainFailure } from '../../../postgres/explain.js';
import type { Connection } from '../../../postgres/types.js';
import type { RestoreError } from '../../types.js';

/** What a program of ours left behind when it ended. */
export interface Ended {
  program: 'pg_restore' | 'psql';
  exit: Exit;
  errors: readonly RestoreError[];
  /** What it said about its own end. */
  fatal: readonly string[];
  /** True when it got to the end of the archive, whatever failed on the way. */
  finished: boolean;
}

/** After these nothing that follows means anything: the session or the server is gone, or has no room. */
const OVER =
  /server closed the connection|connection to server|connection not open|no connection to the server|could not (?:receive|send) data (?:from|to) server|SSL (?:SYSCALL error|connection has been closed)|terminating connection|No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes|the database system is/i;

/** What only a damaged archive makes pg_restore say. */
const DAMAGED =
  /corrupt|uncompress|decompress|unexpected end of file|could not read from input|did not find magic string|does not appear to be a valid archive|unrecognized data block|unexpected block|could not find block|unexpected data offset|could not open input file|not a valid archive|entry ID .* out of range|input file is too short/i;

/**
 * What a restore came to.
 * @returns the errors of statements
 * @throws CancelledError; UserError when the session ended, or the archive cannot be read
 */
export function outcome(
  ended: Ended,
  {
    connection,
    signal,
    singleTransaction,
  }: { connection: Connection; signal: AbortSignal; singleTransaction: boolean },
): RestoreError[] {
  if (signal.aborted) throw new CancelledError();
  const { errors, fatal, exit, program } = ended;
  const over = [...fatal, ...errors.map(({ message }) => message)].find((line) => OVER.test(line));
  if (over !== undefined && (exit.code !== 0 || errors.length > 0)) {
    throw (
      explainFailure(over, { target: connection.target }) ??
      new UserError(`The restore ended because the session did. PostgreSQL said: ${over}`)
    );
  }
  if (exit.code === 0 || ended.finished) return [...errors];
  // All or nothing: the first error undid everything, so it is not harmless whatever it is.
  if (singleTransaction && errors.length > 0)
    return errors.map((error) => ({ ...error, harmless: undefined }));
  const said = fatal.join('\n');
  if (DAMAGED.test(said))
    throw new UserError(`${program} cannot read the archive: it is damaged. Choose another backup.\n${said}`);
  const explained = explainFailure(said, { target: connection.target });
  if (explained !== undefined) throw explained;
  const how = exit.signal === null ? `exit code ${exit.code}` : `it was ended by ${exit.signal}`;
  throw new UserError(
    `${program} failed (${how}), so the restore is not complete.${said === '' ? ' It gave no reason: it may have been killed for lack of memory.' : `\n${said}`}`,
  );
}
