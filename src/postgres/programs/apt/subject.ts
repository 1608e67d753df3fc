import type { ProgramSource, Programs } from '../../types.js';
import { cacheName, probeUnpacked } from '../cached.js';
import { machineTag, type Machine } from '../machine.js';
import { probe, toSemver, type Probe } from '../probe.js';
import type { InstallOptions } from '../types.js';
import type { PackagePrefix } from './parse.js';
import type { Privilege } from './privilege.js';
import type { AptSession } from './session.js';

/** What apt is to install: PostgreSQL's clients, or a server with extensions. */
export interface AptSubject<T> {
  /** For messages: `the clients`. */
  what: string;
  /** A major follows: the name of the package. */
  prefix: PackagePrefix;
  /** Packages that others depend on and that are not wanted when they are unpacked into the tool cache. */
  unwanted: readonly string[];
  /** Packages to install along with it, each as a list of names of which the first that there is counts. */
  beside(major: number): readonly (readonly string[])[];
  /** The packages that at least one of makes it worth while to unpack it; undefined: it is worth while anyhow. */
  useful(major: number): readonly (readonly string[])[] | undefined;
  /** The packages of what is lacking beside something that is installed. */
  lackedBy(there: T): Promise<readonly (readonly string[])[]>;
  /** The name in the tool cache. */
  cacheName: string;
  /** The version in the tool cache, of what these package files brought; an entry there never changes. */
  cacheVersion(found: T, files: readonly string[]): string;
  /** What is installed in the system. */
  inSystem(major: number, source: ProgramSource): Promise<Probe<T>>;
  /** Does what counts of the packages' own scripts, which do not run when they are unpacked. */
  complete(root: string, major: number): Promise<void>;
  /** What was unpacked into `root`. */
  unpacked(root: string, major: number, source: ProgramSource): Promise<Probe<T>>;
  /** Installs packages into the system. */
  install(session: AptSession, packages: readonly string[], right: Exclude<Privilege, 'none'>): Promise<void>;
}

/** The folder of a major's programs, where Debian's packages have it. */
export function debianFolder(major: number): string {
  return `/usr/lib/postgresql/${major}/bin`;
}

export function clientSubject(options: InstallOptions, machine: Machine): AptSubject<Programs> {
  return {
    what: 'the clients',
    prefix: 'postgresql-client-',
    // Depends on perl; the versioned programs run without it.
    unwanted: ['postgresql-client-common'],
    beside: () => [],
    useful: () => undefined,
    lackedBy: () => Promise.resolve([]),
    cacheName: cacheName(machineTag(machine)),
    cacheVersion: (programs) => toSemver(programs.version),
    inSystem: (major, source) => probe(debianFolder(major), { source, env: options.env }),
    complete: () => Promise.resolve(),
    unpacked: (root, major, source) => probeUnpacked(root, major, source, options),
    install: (session, packages, right) => session.install(packages, right),
  };
}
