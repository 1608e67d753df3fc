import type { Target } from './connection/target.js';

/** The PostgreSQL programs we run, all of one major. */
export type ProgramName = 'psql' | 'pg_dump' | 'pg_restore' | 'pg_dumpall';

/** Where a set of programs came from, as the manifest and the log name it. */
export type ProgramSource =
  'postgres-bin' | 'system' | 'tool-cache' | 'apt.postgresql.org' | 'distribution' | 'homebrew';

/** A set of PostgreSQL client programs that was found or installed. */
export interface Programs {
  /** 17 */
  major: number;
  /** As `pg_dump --version` has it: `17.11`, `18beta1`. */
  version: string;
  source: ProgramSource;
  /** The absolute path of a program. */
  path(name: ProgramName): string;
  /** What these programs need in their environment (`LD_LIBRARY_PATH` when unpacked into the tool cache). */
  env: Record<string, string>;
}

/** The programs that make and run a server of our own; separate from `Programs`, since a client needs none of it. */
export interface ServerPrograms {
  /** 17 */
  major: number;
  /** As `postgres --version` has it: `17.11`. */
  version: string;
  source: ProgramSource;
  /** Absolute paths. */
  initdb: string;
  postgres: string;
  /** What they need in their environment. */
  env: Record<string, string>;
}

/** Where unpacked programs are kept between runs: the runner's tool cache, or the user's cache folder for the CLI. */
export interface ProgramCache {
  /** The folder that `store` made for this name and version, on this kind of machine. */
  find(name: string, version: string): string | undefined;
  /** Every version of `name` there is. */
  versions(name: string): string[];
  /** Keeps a copy of `folder`; returns where. `version` is semver: `17.11.0`. */
  store(name: string, version: string, folder: string): Promise<string>;
}

/** How to reach one server: made once from the inputs, given to every program that connects. */
export interface Connection {
  /**
   * A libpq keyword/value string for `-d`, without anything secret. With `database`, that database of the server
   * instead of the one the user named.
   */
  conninfo(database?: string): string;
  /** The whole environment for a child that connects: ours, plus the password where there is one. */
  readonly env: NodeJS.ProcessEnv;
  /** The database that the user named; undefined where libpq decides (the user's name). */
  readonly database: string | undefined;
  /** What is known of the server before connecting, for messages; nothing secret. */
  readonly target: Target;
  /** Everything that must never be shown: the URL, the password as written, decoded and encoded. */
  readonly secrets: readonly string[];
}
