import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { afterBreak } from './in-doubt.js';
import { StatementsFailed, type Job } from './job.js';
import { presentIn } from './present.js';
import { contentsOf } from './target/objects.js';

/** How long a cancelled run looks what became of it, in milliseconds: it has 6.5 seconds (`GRACE_MS`) for everything. */
const AFTER_CANCEL_MS = 4000;

/**
 * Finds out whether a restore in one transaction, of which the session broke, was committed: at the commit itself the
 * answer of the server may have been lost.
 * @param error why the restore ended
 * @throws UserError that says that the target is as it was, or how to look where that cannot be found out; an error that
 *   leaves no doubt as it is
 */
export async function requireCommitted(job: Job, error: unknown): Promise<void> {
  if (error instanceof StatementsFailed) throw error;
  const { target, clean, options } = job;
  const { database } = target;
  const name = JSON.stringify(database);
  // A signal can come at the commit, too, and after it there is little time.
  const cancelled = error instanceof CancelledError;
  const committed = await afterBreak(
    () => clean(database, 'that looks after the restore'),
    database,
    (psql) => holds(job, psql),
    ...(cancelled ? [AFTER_CANCEL_MS] : []),
  );
  if (committed === true) {
    if (cancelled) return;
    options.reporter.warn(
      `The connection broke at the very end, when everything was restored in database ${name} already.`,
    );
    return;
  }
  const outcome =
    committed === false
      ? `Database ${name} is as it was.`
      : `Whether it was restored into database ${name} before that cannot be found out, since the server gives no answer. Either everything was, or nothing: look at it (\`psql\`, then \`\\d\`) before you run anything else.`;
  if (!cancelled) throw new UserError(`${messageOf(error)}\n${outcome}`, { cause: error });
  options.reporter.warn(outcome);
  throw new CancelledError(`${messageOf(error)} ${outcome}`);
}

/** Whether what was to be restored is there, none of which was before. */
async function holds({ plan, facts, target }: Job, psql: Parameters<typeof presentIn>[0]): Promise<boolean> {
  const present = await presentIn(psql, facts.selected?.entries ?? facts.toc ?? [], plan.content);
  if (plan.content === 'data') return present.filled.length > 0;
  if (present.tables.length > 0) return true;
  return (await contentsOf(psql)).objects > (target.existing?.objects ?? 0);
}
