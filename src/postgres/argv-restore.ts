/** What pg_restore is to put into a database. */
export interface PgRestoreOptions {
  conninfo: string;
  /** A file, or a folder for `directory`. */
  path: string;
  jobs: number;
  section?: 'pre-data' | 'data' | 'post-data';
  content: 'all' | 'schema' | 'data';
  /** The file that lists the entries to restore. */
  useList?: string;
  owner: boolean;
  privileges: boolean;
  singleTransaction: boolean;
}

/**
 * The arguments of a restore into a database that is there. Tablespaces are always left out: another server has
 * others, and the paths of the old one.
 */
export function pgRestoreArgs(options: PgRestoreOptions): string[] {
  return [
    '--no-password',
    // Its messages tell which table it is at.
    '--verbose',
    ...(options.jobs > 1 ? [`--jobs=${options.jobs}`] : []),
    ...(options.section === undefined ? [] : [`--section=${options.section}`]),
    ...(options.content === 'schema' ? ['--schema-only'] : []),
    ...(options.content === 'data' ? ['--data-only'] : []),
    ...(options.useList === undefined ? [] : [`--use-list=${options.useList}`]),
    ...(options.owner ? [] : ['--no-owner']),
    ...(options.privileges ? [] : ['--no-privileges']),
    '--no-tablespaces',
    ...(options.singleTransaction ? ['--single-transaction'] : []),
    `--dbname=${options.conninfo}`,
    options.path,
  ];
}

/** The arguments that write an archive's definitions as SQL to standard output. */
export function definitionsArgs(path: string): string[] {
  return ['--schema-only', '--file=-', path];
}

/** The arguments that write the listed entries of an archive as SQL to standard output. */
export function entriesArgs(path: string, useList: string): string[] {
  return [`--use-list=${useList}`, '--file=-', path];
}

/**
 * The arguments of psql that runs a script from its standard input. It says where an error was, its SQLSTATE and the
 * statement; what queries return goes nowhere, so that standard output holds only what `\echo` writes. The transaction of a script
 * that is all or nothing is the script's own: with `--single-transaction` psql commits whatever its input ended with.
 */
export function psqlScriptArgs(conninfo: string, options: { singleTransaction: boolean }): string[] {
  return [
    '--no-psqlrc',
    '--quiet',
    '--no-password',
    '--echo-errors',
    '--output=/dev/null',
    '--set=VERBOSITY=verbose',
    `--set=ON_ERROR_STOP=${options.singleTransaction ? 'on' : 'off'}`,
    '--file=-',
    `--dbname=${conninfo}`,
  ];
}

/** The arguments that write an archive's definitions as SQL to standard output, those of the database itself too. */
export function databaseArgs(path: string): string[] {
  return ['--create', '--schema-only', '--file=-', path];
}
