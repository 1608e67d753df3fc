import { access, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { libraryEnv } from '../libraries.js';
import type { InstallOptions } from '../types.js';
import { AptSession } from './session.js';

/** Packages that were unpacked into a folder. */
export interface Unpacked {
  folder: string;
  /** The names of the package files, `zstd_1.5.4+dfsg2-5_amd64.deb`. */
  files: string[];
  /** What the unpacked programs need in their environment. */
  env: Record<string, string>;
  /** The path of a program in one of the usual folders. @throws UserError when no package had it. */
  path: (program: string) => Promise<string>;
}

/**
 * The C library and what must match it exactly stay the system's own: a program finds its loader by an absolute path,
 * and loader and library must be of one build.
 */
const NEVER = /^(?:libc6|libc-bin|libc6-[a-z0-9]+|libgcc-s1|perl|perl-base|perl-modules-.*|debconf)_/;

/** What programs do not need at run time. */
const UNUSED = ['doc', 'doc-base', 'man', 'info', 'locale', 'lintian', 'bug', 'icons', 'applications'];

/** Fetches packages with a session that is open, and unpacks them into `folder`. */
export async function unpackWith(
  session: AptSession,
  packages: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Unpacked> {
  await mkdir(folder, { recursive: true });
  const debs = (await session.download(packages)).filter((deb) => !NEVER.test(basename(deb)));
  for (const deb of debs) await session.unpack(deb, folder);
  for (const name of UNUSED) await rm(join(folder, 'usr', 'share', name), { recursive: true, force: true });
  return {
    folder,
    files: debs.map((deb) => basename(deb)),
    env: await libraryEnv(folder, env),
    path: async (program) => {
      for (const place of ['usr/bin', 'bin', 'usr/sbin', 'sbin']) {
        const path = join(folder, place, program);
        if (
          await access(path).then(
            () => true,
            () => false,
          )
        )
          return path;
      }
      throw new UserError(`The packages ${packages.join(', ')} hold no program ${program}.`);
    },
  };
}

/**
 * Unpacks packages of the machine's own sources into `folder`, with what they need and the machine lacks. Nothing is
 * installed, no maintainer script runs, and no root is needed. Packages that the system has are fetched all the same.
 * @param skip packages that others depend on and that are not wanted.
 * @throws UserError when apt has no such package or cannot fetch it.
 */
export async function unpackPackages(
  packages: readonly string[],
  folder: string,
  options: InstallOptions & { skip?: readonly string[] },
): Promise<Unpacked> {
  const session = await AptSession.open(options, undefined, {
    missing: packages,
    pretended: options.skip ?? [],
  });
  try {
    if ((await session.candidates(packages)).length === 0) await session.updateSystem();
    try {
      return await unpackWith(session, packages, folder, options.env);
    } catch (error) {
      // Lists age: what they name may be gone from the mirror.
      if (session.systemUpdated || !(error instanceof UserError)) throw error;
      await session.updateSystem();
      return await unpackWith(session, packages, folder, options.env);
    }
  } finally {
    await session.close();
  }
}
