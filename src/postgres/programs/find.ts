import { UserError } from '../../base/errors.js';
import type { Programs } from '../types.js';
import { notFound } from './advice.js';
import { programsAtHand } from './at-hand.js';
import { installerFor } from './installer.js';
import { readMachine } from './machine.js';
import { attempt, nearestMajor } from './nearest.js';
import { probe } from './probe.js';
import type { FindOptions, Installer } from './types.js';

export const PLACES: readonly string[] = ['the folders of the system', 'the tool cache'];

/**
 * The client programs of exactly this major: from `bin` if given, else the system's versioned folders, the tool cache,
 * or installed now. Where that major cannot be had, those of the nearest newer one, with a warning: `major` of the
 * result tells. Never of an older one: pg_dump refuses a server newer than itself.
 * @throws UserError that says what was tried and what to install.
 */
export async function findPrograms(options: FindOptions & { major: number }): Promise<Programs> {
  if (options.bin !== undefined) return fromBin(options.bin, options);
  const atHand = await programsAtHand(options);
  const exact = atHand.find((programs) => programs.major === options.major);
  if (exact !== undefined) return exact;

  const tried = [...PLACES];
  const installer = await installerFor(options);
  try {
    const programs = await nearest(atHand, installer, tried, options);
    if (programs !== undefined) return programs;
    tried.push(...(installer?.notes ?? []));
  } finally {
    await installer?.close();
  }
  throw new UserError(notFound(options.machine ?? (await readMachine()), options.major, tried));
}

/** Installs the major, or takes or installs the nearest newer one. */
async function nearest(
  atHand: readonly Programs[],
  installer: Installer | undefined,
  tried: string[],
  options: FindOptions & { major: number },
): Promise<Programs | undefined> {
  const offers = (await installer?.offers(options.major)) ?? [];
  const majors = [...offers, ...atHand.map((programs) => programs.major)];
  const found = await nearestMajor(
    options.major,
    majors,
    async (major) =>
      atHand.find((one) => one.major === major) ?? (await attempt(installer, major, tried, options)),
  );
  if (found !== undefined && found.major !== options.major)
    warnNewer(found, options, 'the nearest that could be had');
  return found;
}

async function fromBin(folder: string, options: FindOptions & { major: number }): Promise<Programs> {
  const programs = await fromFolder(folder, options);
  if (programs.major < options.major)
    throw new UserError(
      `The programs in ${folder} (postgres-bin) are of PostgreSQL ${programs.version}, older than the ${options.major} that is needed: ` +
        `pg_dump cannot read a server newer than itself. Name a folder with the programs of ${options.major}, or leave postgres-bin out.`,
    );
  if (programs.major > options.major) warnNewer(programs, options, 'because postgres-bin names them');
  return programs;
}

/**
 * Programs to ask a server of unknown version with: `bin`, else the newest at hand, else whatever the system's package
 * manager has.
 * @throws UserError that says what was tried and what to install.
 */
export async function findAnyPrograms(options: FindOptions): Promise<Programs> {
  if (options.bin !== undefined) return fromFolder(options.bin, options);
  const atHand = await programsAtHand(options);
  const newest = Math.max(0, ...atHand.map((programs) => programs.major));
  const found = atHand.find((programs) => programs.major === newest);
  if (found !== undefined) return found;

  const installer = await installerFor(options);
  const tried = [...PLACES];
  try {
    const offers = [...((await installer?.offers()) ?? [])].sort((a, b) => b - a);
    for (const major of offers) {
      const programs = await attempt(installer, major, tried, options);
      if (programs !== undefined) return programs;
    }
    tried.push(...(installer?.notes ?? []));
  } finally {
    await installer?.close();
  }
  throw new UserError(notFound(options.machine ?? (await readMachine()), undefined, tried));
}

async function fromFolder(folder: string, options: FindOptions): Promise<Programs> {
  const { programs, problem } = await probe(folder, {
    source: 'postgres-bin',
    env: options.env,
    windows: process.platform === 'win32',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (programs !== undefined) return programs;
  throw new UserError(
    `The folder in postgres-bin cannot be used: ${problem}. Name the folder that holds psql, pg_dump, pg_restore and ` +
      'pg_dumpall of one version, such as /usr/lib/postgresql/17/bin.',
  );
}

function warnNewer(programs: Programs, options: { major: number } & FindOptions, why: string): void {
  options.reporter.warn(
    `The programs of PostgreSQL ${programs.version} are used instead of those of ${options.major}, ${why}. ` +
      `Restoring such a backup into PostgreSQL ${options.major} may need the newer pg_restore and show errors about unknown settings.`,
  );
}
