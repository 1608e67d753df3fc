import type { ServerPrograms } from '../../types.js';
import { debianFolder, type AptSubject } from '../apt/subject.js';
import type { BrewSubject } from '../homebrew.js';
import { machineTag, type Machine } from '../machine.js';
import type { InstallOptions } from '../types.js';
import { serverCacheName, serverCacheVersion } from './cached.js';
import { completeServer } from './complete.js';
import { providerOf } from './missing.js';
import { installWithoutCluster } from './no-cluster.js';
import { formulaeOf, packagesOf } from './packages.js';
import { probeServer, probeUnpackedServer } from './probe.js';
import { lackingExtensions } from './share.js';

/**
 * What packages of servers depend on and an unpacked one runs without: clusters, certificates and questions for the
 * administrator, the clients (those are found for themselves), scripts of extensions, data that is only looked for in
 * the system's own folders, and LLVM, which is larger than all the rest and only speeds up queries of seconds.
 */
const UNWANTED: readonly string[] = [
  ...[
    'postgresql-common',
    'postgresql-common-dev',
    'postgresql-client-common',
    'ssl-cert',
    'locales',
    'tzdata',
  ],
  ...['debconf', 'adduser', 'perl', 'python3', 'python3-psycopg2', 'ucf', 'sysstat'],
  ...numbers(13, 30).map((major) => `postgresql-client-${major}`),
  ...numbers(9, 40).map((major) => `libllvm${major}`),
];

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_none, index) => from + index);
}

/**
 * A server with the packages of these extensions, for apt.
 * @param atHand the extensions that the server of a major lacks that is there already; undefined where there is none.
 */
export function aptServer(
  extensions: readonly string[],
  atHand: (major: number) => readonly string[] | undefined,
  options: InstallOptions,
  machine: Machine,
): AptSubject<ServerPrograms> {
  return {
    what: 'the servers',
    prefix: 'postgresql-',
    unwanted: UNWANTED,
    beside: (major) => packageGroups(extensions, major),
    useful: (major) => {
      const lacking = atHand(major);
      return lacking === undefined ? undefined : packageGroups(lacking, major);
    },
    lackedBy: async (server) =>
      packageGroups(await lackingExtensions(server, extensions, options.env), server.major),
    cacheName: serverCacheName(machineTag(machine)),
    cacheVersion: (server, files) => serverCacheVersion(server.version, files),
    inSystem: (major, source) => probeServer(debianFolder(major), { source, env: options.env }),
    complete: completeServer,
    unpacked: (root, major, source) => probeUnpackedServer(root, major, source, options),
    install: (session, packages, right) => installWithoutCluster(session, packages, right, options),
  };
}

/** The packages of extensions, each with the names it may have; none twice. */
export function packageGroups(extensions: readonly string[], major: number): string[][] {
  const groups = extensions
    .filter((name) => providerOf(name) === undefined)
    .map((name) => packagesOf(name, major))
    .filter((names) => names.length > 0);
  return [...new Map(groups.map((names) => [names.join(' '), names])).values()];
}

/** A server with the formulae of these extensions, for Homebrew. */
export function brewServer(
  extensions: readonly string[],
  options: InstallOptions,
): BrewSubject<ServerPrograms> {
  return {
    clientsOnly: false,
    beside: formulaeOf(extensions),
    look: (folder, source) => probeServer(folder, { source, env: options.env }),
  };
}
