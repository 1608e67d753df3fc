import { CancelledError, UserError } from '../../base/errors.js';
import { plural } from '../../base/units.js';
import { quoteIdentifier, quoteLiteral, SqlError, type Psql } from '../../postgres/psql.js';
import { afterBreak } from '../in-doubt.js';
import { endSessions } from './sessions.js';

export interface Swap {
  /** The name that everyone uses. */
  target: string;
  /** The restored database, under the name that only we know. */
  restored: string;
  /** What the target is called afterwards; undefined where there is no such database. */
  before: string | undefined;
  /** Of the restored database. */
  comment: string | null;
  signal: AbortSignal;
  /** The database that these sessions are on. */
  maintenance: string;
  /** How long to look for what became of a swap whose connection broke; absent: half a minute. */
  patienceMs?: number;
  /** Asked right before each attempt: throws where the target may not be replaced any more. */
  check: () => Promise<void>;
  /** Opens a session on a database that takes no part. */
  open: (name: string) => Promise<Psql>;
  /** The same, also after the run was cancelled. */
  look: (name: string) => Promise<Psql>;
}

const ATTEMPTS = 2;

/** `object_in_use`: somebody is still connected. `lock_not_available`: someone copies it, or renames it too. */
const BUSY = ['55006', '55P03'];

/** The statements of a swap. All but the last change nothing that anybody else can see. */
export function swapStatements({
  target,
  restored,
  before,
  comment,
}: Pick<Swap, 'target' | 'restored' | 'before' | 'comment'>): string[] {
  const rename = (from: string, to: string): string =>
    `ALTER DATABASE ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`;
  return [
    'BEGIN',
    "SET LOCAL lock_timeout = '10s'",
    ...(before === undefined ? [] : [rename(target, before)]),
    rename(restored, target),
    `COMMENT ON DATABASE ${quoteIdentifier(target)} IS ${comment === null ? 'NULL' : quoteLiteral(comment)}`,
    'COMMIT',
  ];
}

/**
 * Puts the restored database in the place of the target, in one transaction: whatever happens on the way, the name is
 * that of the old database or of the new one. A rename locks out new connections before it waits (up to 5 s) for the
 * old ones to end, which a second session sees to. Who tries to connect meanwhile waits for the end of the transaction,
 * or is told that the database does not exist, having found the old one by the name: it has to try again.
 * So connections never have to be disallowed by a setting that an interrupted run would leave behind.
 * @throws UserError, the target being as it was
 */
export async function swap(request: Swap): Promise<void> {
  const { open, target, restored } = request;
  const oids = await withSession(open, 'that looks before the swap', (psql) =>
    oidsOf(psql, [target, restored]),
  );
  const wanted = oids.get(restored);
  if (wanted === undefined)
    throw new UserError(
      `The restored database ${JSON.stringify(restored)} is gone: someone dropped or renamed it. Run the restore again.`,
    );
  for (let attempt = 1; ; attempt += 1) {
    await request.check();
    const { error, refused } = await attemptSwap(request);
    if (error === undefined) return;
    // A connection that broke at the commit does not tell whether that came through.
    if (!(error instanceof SqlError) && (await isSwapped(request, wanted))) return;
    if (request.signal.aborted) throw new CancelledError();
    const busy = error instanceof SqlError && BUSY.includes(error.sqlstate);
    if (!busy) throw notSwapped(target, error);
    if (refused.length > 0 || attempt === ATTEMPTS) throw stillBusy(target, refused, error);
  }
}

async function attemptSwap(request: Swap): Promise<{ error: unknown; refused: string[] }> {
  const { open, target, restored } = request;
  const swapping = await open('that swaps');
  let refused: string[] = [];
  try {
    const ending = await open('that ends sessions');
    const over = new AbortController();
    const ended = endSessions(ending, [target, restored], over.signal).catch(() => []);
    try {
      for (const statement of swapStatements(request)) await swapping.exec(statement);
      return { error: undefined, refused };
    } catch (error) {
      return { error, refused: (refused = await stop(over, ended)) };
    } finally {
      await stop(over, ended);
      await ending.close();
    }
  } finally {
    // Ends its transaction, too.
    await swapping.close();
  }
}

function stop(over: AbortController, ended: Promise<string[]>): Promise<string[]> {
  over.abort();
  return ended;
}

/** @throws UserError where that cannot be found out */
async function isSwapped(request: Swap, restored: string): Promise<boolean> {
  const { look, target, maintenance, patienceMs } = request;
  const swapped = await afterBreak(
    () => look('that looks after the swap'),
    maintenance,
    async (psql) => (await oidsOf(psql, [target])).get(target) === restored,
    patienceMs,
  );
  if (swapped !== undefined) return swapped;
  throw inDoubt(request);
}

/** Tells by the names that a swap makes: that of the copy goes either way, since what is left of it is dropped. */
function inDoubt({ target, restored, before }: Swap): UserError {
  const [name, beside] = [JSON.stringify(target), JSON.stringify(restored)];
  const [sign, done] =
    before === undefined
      ? [name, '']
      : [JSON.stringify(before), `, and ${JSON.stringify(before)} the old one`];
  return new UserError(
    `The connection broke while database ${name} was being replaced, and the server cannot be asked what became of it. ` +
      `Everything changed together, or nothing did. List the databases (\`psql -l\`) before you run anything else: where ${sign} is there, ` +
      `${name} is the restored database${done}. Where it is not, nothing was replaced, and ${beside}, if it is there, is a copy that can be dropped.`,
  );
}

async function withSession<T>(
  open: Swap['open'],
  name: string,
  work: (psql: Psql) => Promise<T>,
): Promise<T> {
  const psql = await open(name);
  try {
    return await work(psql);
  } finally {
    await psql.close();
  }
}

async function oidsOf(psql: Psql, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await psql.rows<{ name: string; oid: string }>(
    `SELECT datname AS name, oid::text AS oid FROM pg_catalog.pg_database WHERE datname IN (${names.map(quoteLiteral).join(', ')})`,
  );
  return new Map(rows.map(({ name, oid }) => [name, oid]));
}

function notSwapped(target: string, error: unknown): unknown {
  if (error instanceof CancelledError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new UserError(
    `Database ${JSON.stringify(target)} could not be replaced and is as it was: ${why}. Run the restore again.`,
    { cause: error },
  );
}

function stillBusy(target: string, refused: readonly string[], cause: unknown): UserError {
  const roles = [...new Set(refused)];
  const who =
    roles.length === 0
      ? 'Sessions come back faster than they end, or a prepared transaction or a copy of it is under way.'
      : `${plural(refused.length, 'session')} of ${roles.join(', ')} cannot be ended by this role: end them yourself (stop the application), or run \`GRANT pg_signal_backend\` to the role (which cannot end those of superusers).`;
  return new UserError(
    `Database ${JSON.stringify(target)} is in use, so it could not be replaced and is as it was. ${who} Then run the restore again.`,
    { cause },
  );
}
