import type { Reporter } from '../../base/reporter.js';
import type { ProgramCache, Programs } from '../types.js';
import type { Machine } from './machine.js';

/**
 * `auto`: system-wide as root or with password-less sudo, else unpacked into the tool cache.
 * `rootless`: always unpacked into the tool cache; the machine is left as it is.
 */
export type Method = 'auto' | 'rootless';

/** An apt repository with its own key: the PostgreSQL project's, a company's mirror of it, or a test's. */
export interface AptSource {
  /** The folder that holds `dists/` and `pool/`. Several are tried in turn. */
  urls: readonly string[];
  /** The one key that may sign it, ASCII-armoured. */
  keyAsc: string;
  /** `bookworm-pgdg` */
  suite: string;
  /** `main` */
  component: string;
}

/** What every search and installation needs to know. */
export interface InstallOptions {
  cache: ProgramCache;
  reporter: Reporter;
  /** Our own environment: proxies, `PATH`, `PGKEEP_PGDG_URL`. */
  env: NodeJS.ProcessEnv;
  /** An existing folder for downloads and private apt state; what is put there is removed again. */
  tempDir: string;
  signal?: AbortSignal;
  /** Default: `auto`. */
  method?: Method;
  /** The repository beside the distribution's own. Default: apt.postgresql.org; `null`: none. */
  apt?: AptSource | null;
  /** Default: this machine. */
  machine?: Machine;
}

export interface FindOptions extends InstallOptions {
  /** The `postgres-bin` input: a folder that holds the programs. Nothing else is looked at and nothing installed. */
  bin?: string;
}

/** A package manager that has PostgreSQL's clients, or its servers. */
export interface Installer<T = Programs> {
  /** The majors it can install; it may stop asking further sources as soon as `wanted` is among them. */
  offers(wanted?: number): Promise<number[]>;
  /** @throws UserError when the package manager fails. */
  install(major: number): Promise<T>;
  /** What it did and could not do, for the message of a failure; one phrase each. */
  readonly notes: readonly string[];
  /** Removes what it put into `tempDir`. */
  close(): Promise<void>;
}
