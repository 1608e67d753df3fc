import { readFile } from 'node:fs/promises';

/** What of `/etc/os-release` matters here. */
export interface OsRelease {
  /** `debian`, `ubuntu`, `alpine`, `fedora`; empty where there is no such file. */
  id: string;
  /** What it descends from: `['ubuntu', 'debian']`. */
  like: readonly string[];
  /** `12`, `24.04`; empty for Debian testing and sid. */
  version: string;
  /** The suite of the Debian or Ubuntu release that it is built on: `bookworm`, `noble`; empty if unknown. */
  codename: string;
  /** `Debian GNU/Linux 12 (bookworm)` */
  prettyName: string;
}

/** The machine that programs are looked for on. */
export interface Machine {
  platform: NodeJS.Platform;
  os: OsRelease;
  /** Put before every absolute path that is looked at; empty but in tests. */
  root: string;
}

/** Reads the `NAME=value` lines of an os-release file (os-release(5)). */
export function parseOsRelease(text: string): OsRelease {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z0-9_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim());
    if (match !== null)
      values.set(match[1] ?? '', (match[2] ?? match[3] ?? match[4] ?? '').replace(/\\(.)/g, '$1'));
  }
  const get = (name: string): string => values.get(name) ?? '';
  return {
    id: get('ID').toLowerCase(),
    like: get('ID_LIKE').toLowerCase().split(/\s+/).filter(Boolean),
    version: get('VERSION_ID'),
    // Derivatives of Ubuntu (Mint) have a code name of their own, and Ubuntu's beside it.
    codename: get('UBUNTU_CODENAME') || get('DEBIAN_CODENAME') || get('VERSION_CODENAME'),
    prettyName: get('PRETTY_NAME'),
  };
}

/** This machine. */
export async function readMachine(): Promise<Machine> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return { platform: process.platform, os: parseOsRelease(text), root: '' };
}

/** Debian, Ubuntu and what is built on them. */
export function isDebianFamily(machine: Machine): boolean {
  const { id, like } = machine.os;
  return machine.platform === 'linux' && [id, ...like].some((name) => name === 'debian' || name === 'ubuntu');
}

/** The system's name for a person. */
export function machineName(machine: Machine): string {
  if (machine.platform === 'darwin') return 'macOS';
  if (machine.platform === 'win32') return 'Windows';
  return machine.os.prettyName || machine.os.id || machine.platform;
}

/**
 * A name for this kind of system. A tool cache is shared between a host and its containers (`/__t`), and a
 * program that was unpacked for one distribution does not run on another.
 */
export function machineTag(machine: Machine): string {
  const { id, version, codename } = machine.os;
  return [id || machine.platform, version || codename]
    .filter(Boolean)
    .join('-')
    .replace(/[^\w.-]/g, '-');
}
