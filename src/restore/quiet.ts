import type { Job } from './job.js';
import { sessionsOf } from './target/server.js';
import { startingWith } from './target/startup.js';

/** Since this major event triggers can be switched off for a session, and can fire when one begins. */
const LOGIN_TRIGGERS = 17;

/**
 * The job with sessions that set off no event trigger of the restored database: one that fires at a login could write
 * to it before it is compared. Where the role may not switch them off, sessions are as they were.
 * @param database where to try it: another than the restored one, in case it is refused
 */
export async function quietly<T extends Pick<Job, 'access' | 'target' | 'connection' | 'open'>>(
  job: T,
  database: string,
): Promise<T> {
  if (job.target.major < LOGIN_TRIGGERS) return job;
  const connection = await startingWith(job.access, database, ['event_triggers', 'off']);
  return connection === undefined
    ? job
    : { ...job, connection, open: sessionsOf({ ...job.access, connection }) };
}
