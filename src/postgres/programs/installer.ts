import type { Programs } from '../types.js';
import { AptInstaller } from './apt/installer.js';
import { clientSubject, type AptSubject } from './apt/subject.js';
import { brewClients, BrewInstaller, type BrewSubject } from './homebrew.js';
import { isDebianFamily, readMachine, type Machine } from './machine.js';
import type { Installer, InstallOptions } from './types.js';
import { which } from './which.js';

/** The package manager of this machine that we know how to use, for clients; or undefined. */
export async function installerFor(options: InstallOptions): Promise<Installer | undefined> {
  return installerOf<Programs>(
    { apt: (machine) => clientSubject(options, machine), brew: () => brewClients(options) },
    options,
  );
}

/** The same for whatever the subject of each package manager is. */
export async function installerOf<T>(
  subject: { apt(machine: Machine): AptSubject<T>; brew(): BrewSubject<T> },
  options: InstallOptions,
): Promise<Installer<T> | undefined> {
  const machine = options.machine ?? (await readMachine());
  if (isDebianFamily(machine)) {
    if ((await which('apt-get', options.env)) === undefined) return undefined;
    return AptInstaller.of(subject.apt(machine), options, machine);
  }
  if (machine.platform !== 'darwin' && options.method === 'rootless') return undefined;
  if ((await which('brew', options.env)) === undefined) return undefined;
  return new BrewInstaller(subject.brew(), options);
}
