import { UserError } from '../../../base/errors.js';
import type { ServerPrograms } from '../../types.js';
import { notFound } from '../advice.js';
import { PLACES } from '../find.js';
import { installerOf } from '../installer.js';
import { isDebianFamily, readMachine, type Machine } from '../machine.js';
import { attempt, nearestMajor } from '../nearest.js';
import type { FindOptions, Installer } from '../types.js';
import { bestEquipped, serversAtHand, type Equipped } from './at-hand.js';
import { whyMissing, type MissingExtension } from './missing.js';
import { probeServer } from './probe.js';
import { lackingExtensions } from './share.js';
import { aptServer, brewServer, packageGroups } from './subject.js';

export type { MissingExtension } from './missing.js';

/** The programs of a server of our own, and which of the wanted extensions it cannot make. */
export interface ProvidedServer {
  server: ServerPrograms;
  missing: MissingExtension[];
}

type ServerOptions = FindOptions & { major: number; extensions: readonly string[] };

/**
 * `initdb` and `postgres` of exactly this major, with these extensions as far as they can be had: from `bin` if given,
 * else the system's versioned folders, the tool cache, or installed now. Where that major cannot be had, those of the
 * nearest newer one, with a warning: `server.major` tells. Never of an older one.
 * @throws UserError that says what was tried and what to install.
 */
export async function provideServer(options: ServerOptions): Promise<ProvidedServer> {
  const machine = options.machine ?? (await readMachine());
  const found =
    options.bin === undefined ? await find(machine, options) : await fromBin(options.bin, options);
  if (found.major !== options.major)
    options.reporter.warn(
      `A server of PostgreSQL ${found.server.version} is used instead of one of ${options.major}, ` +
        `${options.bin === undefined ? 'the nearest that could be had' : 'because postgres-bin names it'}. ` +
        'What is restored into it may behave otherwise than in the server that was backed up.',
    );
  const how = { machine, debian: isDebianFamily(machine), installs: options.bin === undefined };
  const missing = found.lacking.map((name) => ({ name, why: whyMissing(name, found.server, how) }));
  return { server: found.server, missing };
}

async function find(machine: Machine, options: ServerOptions): Promise<Equipped> {
  const atHand = await serversAtHand(machine, options);
  const best = new Map<number, Equipped>();
  for (const major of new Set(atHand.map((server) => server.major))) {
    const servers = atHand.filter((server) => server.major === major);
    const equipped = await bestEquipped(servers, options.extensions, options.env);
    if (equipped !== undefined) best.set(major, equipped);
  }
  const exact = best.get(options.major);
  if (exact !== undefined && !installable(exact, machine)) return exact;

  const tried = [...PLACES];
  const installer = await installerOf<ServerPrograms>(
    {
      apt: () => aptServer(options.extensions, (major) => best.get(major)?.lacking, options, machine),
      brew: () => brewServer(options.extensions, options),
    },
    options,
  );
  try {
    const offers = (await installer?.offers(options.major)) ?? [];
    const found = await nearestMajor(options.major, [...offers, ...best.keys()], async (major) => {
      const there = best.get(major);
      if (there !== undefined && !(offers.includes(major) && installable(there, machine))) return there;
      return better(there, await install(installer, major, tried, options));
    });
    if (found !== undefined) return found;
    tried.push(...(installer?.notes ?? []));
  } finally {
    await installer?.close();
  }
  throw new UserError(notFound(machine, options.major, tried, 'server'));
}

/** Whether an extension that a server lacks may be had by installing a package. */
function installable({ lacking, major }: Equipped, machine: Machine): boolean {
  if (lacking.length === 0) return false;
  return !isDebianFamily(machine) || packageGroups(lacking, major).length > 0;
}

function better(there: Equipped | undefined, installed: Equipped | undefined): Equipped | undefined {
  if (there === undefined || installed === undefined) return there ?? installed;
  return installed.lacking.length < there.lacking.length ? installed : there;
}

async function install(
  installer: Installer<ServerPrograms> | undefined,
  major: number,
  tried: string[],
  options: ServerOptions,
): Promise<Equipped | undefined> {
  const server = await attempt(installer, major, tried, options);
  return server === undefined ? undefined : bestEquipped([server], options.extensions, options.env);
}

async function fromBin(folder: string, options: ServerOptions): Promise<Equipped> {
  const { programs, problem } = await probeServer(folder, {
    source: 'postgres-bin',
    env: options.env,
    windows: process.platform === 'win32',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (programs === undefined)
    throw new UserError(
      `The folder in postgres-bin cannot be used to start a scratch server: ${problem}. Name a folder that holds postgres ` +
        `and initdb beside the client programs, such as /usr/lib/postgresql/${options.major}/bin where the server's package ` +
        'is installed; or leave postgres-bin out; or name a server of yours in scratch-url.',
    );
  if (programs.major < options.major)
    throw new UserError(
      `The server in ${folder} (postgres-bin) is PostgreSQL ${programs.version}, older than the ${options.major} that is needed: ` +
        `what a newer server had cannot be restored into it. Name a folder with PostgreSQL ${options.major}, or leave postgres-bin out.`,
    );
  const lacking = await lackingExtensions(programs, options.extensions, options.env);
  return { server: programs, major: programs.major, lacking };
}
