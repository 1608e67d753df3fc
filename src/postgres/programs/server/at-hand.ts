import type { ServerPrograms } from '../../types.js';
import { candidateFolders } from '../folders.js';
import { machineTag, type Machine } from '../machine.js';
import type { InstallOptions } from '../types.js';
import { cachedServers } from './cached.js';
import { probeServer } from './probe.js';
import { lackingExtensions } from './share.js';

/** Every server that is there already, the system's before the tool cache's. */
export async function serversAtHand(machine: Machine, options: InstallOptions): Promise<ServerPrograms[]> {
  const folders = await candidateFolders(machine, options.env);
  const [system, cached] = await Promise.all([
    Promise.all(
      folders.map((folder) =>
        probeServer(folder, {
          source: 'system',
          env: options.env,
          windows: machine.platform === 'win32',
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        }),
      ),
    ),
    cachedServers(machineTag(machine), options),
  ]);
  return [...system.flatMap(({ programs }) => programs ?? []), ...cached];
}

/** A server, and which of the wanted extensions it lacks. */
export interface Equipped {
  server: ServerPrograms;
  major: number;
  lacking: string[];
}

/** The server that lacks the fewest of the extensions; the first of several. */
export async function bestEquipped(
  servers: readonly ServerPrograms[],
  extensions: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Equipped | undefined> {
  let best: Equipped | undefined;
  for (const server of servers) {
    const lacking = await lackingExtensions(server, extensions, env);
    if (best === undefined || lacking.length < best.lacking.length)
      best = { server, major: server.major, lacking };
    if (lacking.length === 0) break;
  }
  return best;
}
