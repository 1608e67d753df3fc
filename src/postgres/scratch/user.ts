import { statfs } from 'node:fs/promises';
import { CancelledError, UserError } from '../../base/errors.js';
import { run } from '../../base/process.js';
import type { ServerPrograms } from '../types.js';
import { runAs, serverEnv, type ServerUser } from './run-as.js';

/** How and where a scratch server runs. */
export interface Place {
  user: ServerUser;
  /** The folder for the data. */
  folder: string;
  /** In a network of its own. */
  isolated: boolean;
}

/** Users that own nothing and, on a runner, may do nothing. */
const CANDIDATES = ['nobody', 'postgres'];

/** Where files that are no RAM disk's may lie on every system (FHS 5.15); users other than ours may reach it. */
const SHARED_TEMP = '/var/tmp';

/** tmpfs and ramfs, as statfs(2) has them. */
const RAM_DISKS = new Set([0x01021994, 0x858458f6]);

const SUDO_MS = 20_000;

export interface PlaceOptions {
  server: ServerPrograms;
  tempDir: string;
  /** Whether a network of its own is wanted. */
  isolate: boolean;
  signal: AbortSignal;
}

/**
 * Chooses how and where a scratch server runs: as another user than ours wherever that can be had without asking anyone,
 * in `tempDir`, or in /var/tmp where that user may not enter `tempDir`; and in a network of its own, where it is wanted
 * and the system lets us make one.
 * @returns the choice and, for all that is less than wished for, a sentence that says so.
 * @throws UserError where nobody may run it (we are root, and no other user can reach the programs or the folders).
 */
export async function choosePlace(options: PlaceOptions): Promise<Place & { notes: string[] }> {
  const { tempDir, server } = options;
  const folders = [tempDir, ...((await isDisk(SHARED_TEMP)) ? [SHARED_TEMP] : [])];
  const refusals: string[] = [];
  for (const user of await otherUsers()) {
    const name = user.name ?? '';
    for (const folder of folders) {
      const found = await tryPlace(user, folder, options);
      if (found.able) {
        const moved = `The scratch server's files are in ${folder}: its user ${name} may not enter ${tempDir}.`;
        const notes = [...(folder === tempDir ? [] : [moved]), ...found.notes];
        return { user, folder, isolated: found.isolated, notes };
      }
      refusals.push(`${name}: ${found.why}`);
    }
  }
  const uid = process.getuid?.();
  if (uid === 0) {
    throw new UserError(
      'The scratch server cannot be started: PostgreSQL refuses to run as root, and no other user can run it here ' +
        `(${refusals.join('; ') || `there is no user ${CANDIDATES.join(' or ')}`}). Let everybody enter the folders ` +
        `that ${server.postgres} and ${tempDir} lie in (\`chmod o+x\`), or run pgkeep as another user.`,
    );
  }
  const gid = process.getgid?.();
  const ids = uid === undefined || gid === undefined ? undefined : { uid, gid };
  const user: ServerUser = { how: 'self', name: undefined, ids };
  const { isolated, notes } = await tryPlace(user, tempDir, options);
  const same =
    'The scratch server runs as the same system user as this job, since no other user is to be had without a ' +
    'password: code inside the backup could read the files that this job can.';
  return { user, folder: tempDir, isolated, notes: [same, ...notes] };
}

/** Whether that user can run the server there, in a network of its own or else in ours. */
async function tryPlace(
  user: ServerUser,
  folder: string,
  { server, isolate, signal }: PlaceOptions,
): Promise<{ able: boolean; isolated: boolean; notes: string[]; why: string }> {
  const env = serverEnv(server);
  const script = 'cd "$1" && "$2" --version && "$3" --version';
  const command = ['sh', '-c', script, 'sh', folder, server.initdb, server.postgres];
  const attempt = async (isolated: boolean): Promise<{ able: boolean; why: string }> => {
    const { code, text } = await runAs(user, command, { env, isolated, signal });
    if (signal.aborted) throw new CancelledError();
    return { able: code === 0, why: text.split('\n')[0] ?? '' };
  };
  const notes: string[] = [];
  if (isolate && user.ids !== undefined) {
    const { able, why } = await attempt(true);
    if (able) return { able, isolated: true, notes, why };
    notes.push(
      `The scratch server could not be cut off from the network (${why}): code inside the backup could ` +
        'connect to whatever this job can.',
    );
  }
  return { ...(await attempt(false)), isolated: false, notes };
}

async function otherUsers(): Promise<ServerUser[]> {
  const root = process.getuid?.() === 0;
  if (!root && (await run('sudo', ['-n', 'true'], { timeoutMs: SUDO_MS })).code !== 0) return [];
  for (const name of CANDIDATES) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid === undefined || gid === undefined || uid === process.getuid?.()) continue;
    return [{ how: root ? 'root' : 'sudo', name, ids: { uid, gid } }];
  }
  return [];
}

async function idOf(what: '-u' | '-g', name: string): Promise<number | undefined> {
  const { code, stdout } = await run('id', [what, name]);
  const id = Number(stdout.toString());
  return code === 0 && Number.isInteger(id) && id > 0 ? id : undefined;
}

async function isDisk(folder: string): Promise<boolean> {
  try {
    return !RAM_DISKS.has((await statfs(folder)).type);
  } catch {
    return false;
  }
}
