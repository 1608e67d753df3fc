import { CancelledError, UserError } from '../../base/errors.js';
import { start } from '../../base/process.js';
import type { Rehearsal } from '../types.js';
import { redactor } from './redact.js';

/**
 * Runs a file of SQL on the restored database before anything else can connect to it.
 * @throws UserError where a statement fails: nobody may see rows that were meant to be changed first.
 */
export async function sanitize(
  { programs, connection, database, signal }: Rehearsal,
  file: string,
): Promise<void> {
  const args = ['--no-psqlrc', '--quiet', '--no-password', '--output=/dev/null', '--set=ON_ERROR_STOP=on'];
  const child = start(
    programs.path('psql'),
    [...args, `--file=${file}`, `--dbname=${connection.conninfo(database)}`],
    { env: { ...connection.env, ...programs.env }, stdio: ['ignore', 'ignore', 'pipe'], signal },
  );
  const { code } = await child.exit;
  if (signal.aborted) throw new CancelledError();
  if (code === 0) return;
  const said = child.stderrTail().split('\n').map(redactor()).join('\n');
  throw new UserError(
    `The file of \`sanitize\`, ${file}, did not run to its end, so the migrations were not run. Correct it and run the check again.\n${said}`,
  );
}
