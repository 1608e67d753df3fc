import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { afterBreak } from './in-doubt.js';
import { StatementsFailed, type Job } from './job.js';
import { presentIn } from './present.js';
import { contentsOf } from './target/objects.js';

/**
 * Finds out whether a restore in one transaction, of which the session broke, was committed: at the commit itself the
 * answer of the server may have been lost.
 * @param error why the restore ended
 * @throws UserError that says that the target is as it was, or how to look where that cannot be found out; an error that
 *   leaves no doubt as it is
 */
export async function requireCommitted(job: Job, error: unknown): Promise<void> {
  if (error instanceof StatementsFailed || error instanceof CancelledError) throw error;
  const { target, clean, options } = job;
  const { database } = target;
  const name = JSON.stringify(database);
  const committed = await afterBreak(
    () => clean(database, 'that looks after the restore'),
    database,
    (psql) => holds(job, psql),
  );
  if (committed === true) {
    options.reporter.warn(
      `The connection broke at the very end, when everything was restored in database ${name} already.`,
    );
    return;
  }
  const outcome =
    committed === false
      ? `Database ${name} is as it was.`
      : `Whether it was restored into database ${name} before that cannot be found out, since the server cannot be asked. Either everything was, or nothing: look at it (\`psql\`, then \`\\d\`) before you run anything else.`;
  throw new UserError(`${messageOf(error)}\n${outcome}`, { cause: error });
}

/** Whether what was to be restored is there, none of which was before. */
async function holds({ plan, facts, target }: Job, psql: Parameters<typeof presentIn>[0]): Promise<boolean> {
  if (plan.content === 'data')
    return (await presentIn(psql, facts.selected?.entries ?? facts.toc ?? [])).filled.length > 0;
  return (await contentsOf(psql)).objects > (target.existing?.objects ?? 0);
}
