import { UserError } from '../base/errors.js';
import { poolerAdvice } from './causes/hosts.js';
import type { ExplainContext } from './causes/cause.js';
import { SqlError, type Psql } from './psql.js';

const ROUNDS = 3;

/** What would go wrong, by what the connection is for. */
const HARM = {
  dump: 'A dump through it looks fine and misses rows, since its sessions do not share one snapshot.',
  restore:
    'A restore through it loses its settings, locks and transactions on the way, since they stay with sessions that others use next.',
};

/**
 * Refuses a connection that goes through a transaction (or statement) pooler. There two transactions of one session may
 * run on two servers' sessions: an exported snapshot seems to work and rows get lost without an error.
 * Two sessions at once give it away: on a direct connection or with session pooling each keeps a backend of its own.
 *
 * Must be the first thing that is done with a connection, and `open` must open *untouched* sessions: a setting made
 * through such a pooler (search_path!) would stay with a connection that the application uses next.
 * @param purpose what the connection is for, for the message
 * @throws UserError that says which URL to use instead, or why there is no connection at all.
 */
export async function refuseTransactionPooler(
  open: () => Promise<Psql>,
  context: ExplainContext = {},
  purpose: keyof typeof HARM = 'dump',
): Promise<void> {
  const sessions: Psql[] = [];
  try {
    const first = await open();
    sessions.push(first);
    const second = await open();
    sessions.push(second);
    if (await shareBackends(first, second)) throw refusal(context, purpose);
  } catch (error) {
    // Statement pooling: `transaction blocks not allowed in statement pooling mode`.
    if (error instanceof SqlError) throw refusal(context, purpose, error);
    throw error;
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

async function shareBackends(first: Psql, second: Psql): Promise<boolean> {
  const backend = (session: Psql): Promise<string> => session.value('SELECT pg_catalog.pg_backend_pid()');
  const expected = [await backend(first), await backend(second)];
  const moved = async (): Promise<boolean> =>
    (await backend(first)) !== expected[0] || (await backend(second)) !== expected[1];
  // Before any transaction: with a pool of one connection the second session would wait for the first one's end.
  if (expected[0] === expected[1]) return true;
  for (let round = 0; round < ROUNDS; round += 1) {
    // A transaction holds a pooled backend, so that the other session has to take another one.
    const [holder, other] = round % 2 === 0 ? [first, second] : [second, first];
    await holder.exec('BEGIN');
    const changed = await moved();
    await other.exec('BEGIN');
    await holder.exec('COMMIT');
    if ((await moved()) || changed) return true;
    await other.exec('COMMIT');
    if (await moved()) return true;
  }
  return false;
}

function refusal(context: ExplainContext, purpose: keyof typeof HARM, cause?: SqlError): UserError {
  return new UserError(
    'The connection goes through a pooler that gives each transaction to another session of the server (transaction pooling). ' +
      `${HARM[purpose]} Use a direct connection or session pooling. ${poolerAdvice(context)}`,
    cause === undefined ? undefined : { cause },
  );
}
