import type { Programs } from '../types.js';
import { candidateFolders } from './folders.js';
import { machineTag, readMachine, type Machine } from './machine.js';
import { cachedPrograms } from './cached.js';
import { probe } from './probe.js';
import type { InstallOptions } from './types.js';

/** The versioned programs that the system has, one set a folder. */
async function systemPrograms(machine: Machine, options: InstallOptions): Promise<Programs[]> {
  const folders = await candidateFolders(machine, options.env);
  const probes = await Promise.all(
    folders.map((folder) =>
      probe(folder, {
        source: 'system',
        env: options.env,
        windows: machine.platform === 'win32',
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }),
    ),
  );
  return probes.flatMap(({ programs }) => (programs === undefined ? [] : [programs]));
}

/**
 * Everything that is there already, the system's before the tool cache's. The first of a major is the one to use.
 */
export async function programsAtHand(options: InstallOptions): Promise<Programs[]> {
  const machine = options.machine ?? (await readMachine());
  const [system, cached] = await Promise.all([
    systemPrograms(machine, options),
    cachedPrograms(machineTag(machine), options),
  ]);
  return [...system, ...cached];
}
