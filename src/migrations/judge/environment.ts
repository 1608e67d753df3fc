import type { Statement } from '../types.js';

/** An error that is not the migration's fault but the check's machine's, and what to do there. */
const RULES: readonly { applies: (error: NonNullable<Statement['error']>) => boolean; advice: string }[] = [
  {
    applies: ({ message }) => /^extension .* is not available$|extension control file/.test(message),
    advice:
      "The check's server has the extensions of the backup and those that come with PostgreSQL. Install this one's package in a step before it (such as `sudo apt-get install postgresql-17-pgvector`, of the server's major), or name a server that has it with `postgres-bin`.",
  },
  {
    // disk_full (PostgreSQL, appendix A)
    applies: ({ sqlstate }) => sqlstate === '53100',
    advice:
      'The disk of the machine that runs the check is full, whatever the real server has: free some space there, or use a folder on a larger disk (`RUNNER_TEMP`, or `TMPDIR` on a terminal).',
  },
];

/** What to do where the check's own server could not do what a statement asked for; undefined for any other error. */
export function environmentAdvice(error: NonNullable<Statement['error']>): string | undefined {
  return RULES.find(({ applies }) => applies(error))?.advice;
}
