import { which } from './which.js';
import { AptInstaller } from './apt/installer.js';
import { BrewInstaller } from './homebrew.js';
import { isDebianFamily, readMachine } from './machine.js';
import type { Installer, InstallOptions } from './types.js';

/** The package manager of this machine that we know how to use, or undefined. */
export async function installerFor(options: InstallOptions): Promise<Installer | undefined> {
  const machine = options.machine ?? (await readMachine());
  if (isDebianFamily(machine)) {
    if ((await which('apt-get', options.env)) === undefined) return undefined;
    return AptInstaller.create(options, machine);
  }
  if (machine.platform !== 'darwin' && options.method === 'rootless') return undefined;
  return (await which('brew', options.env)) === undefined ? undefined : new BrewInstaller(options);
}
