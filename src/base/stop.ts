import { CancelledError } from './errors.js';

/** The runner sends SIGINT, SIGTERM 7.5 s later and SIGKILL 2.5 s after that; cleaning up ends before the second. */
export const GRACE_MS = 6500;

/** How a run that may be told to stop ended. */
export type Outcome = { ok: true } | { ok: false; error: unknown };

/**
 * Runs `main` to its end, once in the life of a process. SIGINT and SIGTERM abort its signal, and so does an error
 * that nobody caught; it then has 6.5 seconds to clean up. A signal that comes while it cleans up ends the wait at
 * once. The handlers stay: nothing that happens afterwards may end the process before the caller does.
 */
export async function runStoppable(main: (signal: AbortSignal) => Promise<void>): Promise<Outcome> {
  const controller = new AbortController();
  return new Promise<Outcome>((resolve) => {
    let failure: { error: unknown } | undefined;
    const fail = (error: unknown): void => {
      failure ??= { error };
      resolve({ ok: false, error: failure.error });
    };
    const stop = (error: unknown): void => {
      if (failure !== undefined) return;
      failure = { error };
      setTimeout(fail, GRACE_MS, error);
      controller.abort(error);
    };
    const onSignal = (name: NodeJS.Signals): void => {
      const error = new CancelledError(`Cancelled: the run was told to stop (${name}).`);
      if (failure === undefined) stop(error);
      else fail(error);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    process.on('uncaughtException', stop).on('unhandledRejection', stop);
    main(controller.signal).then(() => {
      if (failure === undefined) resolve({ ok: true });
      else fail(failure.error);
    }, fail);
  });
}

/** Ends the process once everything that was printed is out, whatever sockets and timers are still there. */
export async function exitFlushed(code: number): Promise<never> {
  const flushed = [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => void stream.write('', () => resolve())),
  );
  await Promise.race([Promise.all(flushed), new Promise((resolve) => setTimeout(resolve, 1000))]);
  process.exit(code);
}
