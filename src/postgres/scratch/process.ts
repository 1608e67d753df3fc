import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, UserError } from '../../base/errors.js';
import { Helper } from './helper.js';
import { prefixOf, spawnAs, type ServerUser } from './run-as.js';
import { keeperScript, supervisorScript, type ScriptPaths } from './script.js';
import type { Place } from './user.js';

/** `sun_path` has 108 bytes on Linux and 104 on macOS, the last of them zero. */
const LONGEST_SOCKET = 103;
const SOCKET = '.s.PGSQL.5432';

/** Short on every system; a socket takes no room there. */
const SHORT_TEMP = '/tmp';

const OURSELVES: ServerUser = { how: 'self', name: undefined, ids: undefined };

export interface ProcessOptions {
  place: Place;
  env: Record<string, string>;
  /** Of the superuser; written to a file that initdb reads. */
  password: string;
  initdb(paths: { data: string; passwordFile: string }): readonly string[];
  postgres(paths: { data: string; socketFolder: string }): readonly string[];
}

/**
 * A server and the two shell programs that look after it: the supervisor runs it as its user, the keeper holds the
 * folders as ourselves. Nothing is left once `stop` has resolved, nor seconds after this process died in any way.
 */
export class ServerProcess {
  private stopped = false;

  private constructor(
    private readonly paths: ScriptPaths,
    private readonly keeper: Helper,
    private readonly supervisor: Helper,
  ) {
    // However it ended, there is nobody to wait for any more.
    void supervisor.exit.then(() => {
      keeper.tell('now');
      keeper.close();
    });
  }

  /**
   * Makes the folders and the cluster and starts the server; returns when it accepts connections.
   * @throws UserError with the end of the server's log, CancelledError. Then nothing is left of it.
   */
  static async start(options: ProcessOptions, signal: AbortSignal): Promise<ServerProcess> {
    if (signal.aborted) throw new CancelledError();
    const { place, env } = options;
    const paths = choosePaths(place.folder);
    const helpers: Helper[] = [];
    const help = (user: ServerUser, isolated: boolean, script: string): Helper => {
      const child = spawnAs(user, ['sh', '-c', script], { env, isolated, stdio: ['pipe', 'pipe', 'pipe'] });
      const helper = new Helper(child);
      helpers.push(helper);
      return helper;
    };
    const onAbort = (): void => {
      for (const helper of helpers) helper.close();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const keeper = help(OURSELVES, false, keeperScript(paths, prefixOf(place.user, env)));
      if (!(await keeper.hear('made'))) throw failure(`its folder in ${place.folder}`, keeper);
      await admit(place.user, paths.bases);
      // Told to stop while it was admitted: nobody would close what is started now.
      if (signal.aborted) throw new CancelledError();
      const script = supervisorScript(paths, commandsOf(options, paths));
      const supervisor = help(place.user, place.isolated, script);
      supervisor.tell(options.password);
      const server = new ServerProcess(paths, keeper, supervisor);
      if (!(await supervisor.hear('entered'))) throw failure('its folder', supervisor);
      await close(place.user, paths.bases);
      if (!(await supervisor.hear('ready'))) throw failure('the server', supervisor);
      return server;
    } catch (error) {
      onAbort();
      await Promise.all(helpers.map(({ exit }) => exit));
      throw signal.aborted ? new CancelledError() : error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** For connections. */
  get socketFolder(): string {
    return this.paths.socketFolder;
  }

  /** A folder whose locales the server sees after `restart`, instead of those of the system's archive. */
  get localeFolder(): string {
    return join(this.paths.folder, 'locale');
  }

  /** What the server said last when it ended without being told to; undefined as long as it runs. */
  get lost(): string | undefined {
    return this.supervisor.ended && !this.stopped ? this.supervisor.tail : undefined;
  }

  /** The same, for a server that may be about to end. */
  async lostWithin(ms: number): Promise<string | undefined> {
    const waited = new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());
    await Promise.race([this.supervisor.exit, waited]);
    return this.lost;
  }

  /** Calls `tell` when the server ends without being told to. */
  onLost(tell: (tail: string) => void): void {
    void this.supervisor.exit.then(() => {
      if (!this.stopped) tell(this.supervisor.tail);
    });
  }

  /** Restarts the server; its sessions end. */
  async restart(): Promise<void> {
    const times = this.supervisor.times('ready') + 1;
    this.supervisor.tell('restart');
    if (!(await this.supervisor.hear('ready', times)))
      throw failure('the server, when it was restarted', this.supervisor);
  }

  /**
   * Ends the server and waits until its processes and folders are gone. Safe to call twice.
   * @returns folders that could not be removed.
   */
  async stop(): Promise<string[]> {
    this.stopped = true;
    this.supervisor.close();
    this.keeper.close();
    await Promise.all([this.supervisor.exit, this.keeper.exit]);
    return this.paths.bases.filter((folder) => existsSync(folder));
  }
}

/** Where everything lies; all names are new, and those that others than us can use cannot be guessed. */
function choosePaths(parent: string): ScriptPaths {
  const name = (): string => randomBytes(8).toString('hex');
  const base = join(parent, `pgkeep-scratch-${name().slice(0, 8)}`);
  const folder = join(base, name());
  // Lists of folders and hosts are split at commas.
  if (Buffer.byteLength(join(folder, SOCKET)) <= LONGEST_SOCKET && /^[\w./-]+$/.test(folder))
    return { bases: [base], folder, socketFolder: folder };
  const short = join(SHORT_TEMP, `pgkeep-${name()}`);
  return { bases: [base, short], folder, socketFolder: join(short, name()) };
}

function commandsOf(
  options: ProcessOptions,
  { folder, socketFolder }: ScriptPaths,
): Parameters<typeof supervisorScript>[1] {
  const data = join(folder, 'data');
  return {
    initdb: options.initdb({ data, passwordFile: join(folder, 'password') }),
    postgres: options.postgres({ data, socketFolder }),
    locales: join(folder, 'locale'),
  };
}

/** Lets the server's user make its own folders in ours. */
async function admit({ how, ids }: ServerUser, bases: readonly string[]): Promise<void> {
  for (const base of bases) {
    if (how === 'root' && ids !== undefined) await chown(base, ids.uid, ids.gid);
    if (how === 'sudo') await chmod(base, 0o777);
  }
}

/** Both of us pass through, nobody lists what is inside; for where the folder cannot belong to the server's user. */
async function close({ how }: ServerUser, bases: readonly string[]): Promise<void> {
  if (how === 'sudo') for (const base of bases) await chmod(base, 0o711);
}

function failure(what: string, helper: Helper): UserError {
  const { tail } = helper;
  const reason = /No space left on device/.test(tail)
    ? ' The disk is full: free some space, or use a folder on a larger disk (RUNNER_TEMP, or TMPDIR on a terminal).'
    : '';
  return new UserError(
    `A scratch server could not be started: ${what} could not be made ready.${reason}` +
      (tail === '' ? '' : `\nIts last words:\n${tail}`),
  );
}
