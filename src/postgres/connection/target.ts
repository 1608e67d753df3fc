import type { Options } from './options.js';

/** What is known of the server before anyone connects; holds nothing secret. For messages. */
export interface Target {
  host: string | undefined;
  port: string | undefined;
  user: string | undefined;
  database: string | undefined;
  /** A section of a service file decides what is not given here. */
  service: boolean;
  /** How the user wrote it. */
  form: 'uri' | 'keywords' | 'environment';
  /** A password is there, by the URL or by PGPASSWORD. */
  hasPassword: boolean;
  /** The password in the URL holds `%XX`, which was decoded. */
  passwordHasPercent: boolean;
}

/**
 * The server that libpq will choose: the URL's options, else the `PG*` variables, which stand behind a service's settings.
 */
export function targetOf(
  options: Options,
  env: NodeJS.ProcessEnv,
  form: Target['form'],
  writtenPassword: string | undefined,
): Target {
  const service = options.has('service') || (env['PGSERVICE'] ?? '') !== '';
  const pick = (keyword: string, variable: string): string | undefined =>
    nonEmpty(options.get(keyword)) ?? (service ? undefined : nonEmpty(env[variable]));
  return {
    host: pick('host', 'PGHOST') ?? pick('hostaddr', 'PGHOSTADDR'),
    port: pick('port', 'PGPORT'),
    user: pick('user', 'PGUSER'),
    database: pick('dbname', 'PGDATABASE'),
    service,
    form,
    hasPassword: pick('password', 'PGPASSWORD') !== undefined,
    passwordHasPercent: writtenPassword?.includes('%') ?? false,
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
