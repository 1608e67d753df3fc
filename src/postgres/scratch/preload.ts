import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerPrograms } from '../types.js';

interface Preload {
  library: string;
  /** What keeps it from doing anything by itself. */
  settings?: (database: string) => Record<string, string>;
}

/** An empty database that is always there: workers that serve one database and look for their extension idle in it. */
const ELSEWHERE = 'template1';

/**
 * Extensions that can only be created, or whose labels can only be restored, once their library is preloaded. Those
 * that would reach other servers as soon as they are (pglogical, citus) are not here: they cannot be created.
 * In the order of preloading: timescaledb wants to be early.
 */
const PRELOADS: Readonly<Record<string, Preload>> = {
  timescaledb: {
    library: 'timescaledb',
    settings: () => ({ 'timescaledb.max_background_workers': '0', 'timescaledb.telemetry_level': 'off' }),
  },
  pg_cron: {
    library: 'pg_cron',
    // launch_active_jobs is not known to old versions; no job may run at the same time as none, and none can log in.
    settings: (database) => ({
      'cron.database_name': database,
      'cron.launch_active_jobs': 'off',
      'cron.max_running_jobs': '0',
      'cron.use_background_workers': 'off',
      'cron.log_run': 'off',
      'cron.log_statement': 'off',
    }),
  },
  pg_net: { library: 'pg_net', settings: () => ({ 'pg_net.database_name': ELSEWHERE }) },
  pg_stat_statements: {
    library: 'pg_stat_statements',
    settings: () => ({ 'pg_stat_statements.track': 'none', 'pg_stat_statements.save': 'off' }),
  },
  pg_stat_kcache: { library: 'pg_stat_kcache' },
  pg_qualstats: { library: 'pg_qualstats', settings: () => ({ 'pg_qualstats.enabled': 'off' }) },
  pg_wait_sampling: { library: 'pg_wait_sampling' },
  pg_stat_monitor: { library: 'pg_stat_monitor' },
  pgaudit: { library: 'pgaudit', settings: () => ({ 'pgaudit.log': 'none' }) },
  set_user: { library: 'set_user' },
  anon: { library: 'anon' },
  pg_squeeze: { library: 'pg_squeeze' },
  pg_tle: { library: 'pg_tle' },
  vchord: { library: 'vchord' },
  vectors: { library: 'vectors' },
  pg_search: { library: 'pg_search' },
};

/**
 * The settings that preload what these extensions need, of what is installed beside the server.
 * @param database the one that extensions which serve only one are bound to
 */
export function preloadSettings(
  server: Pick<ServerPrograms, 'postgres'>,
  extensions: readonly string[],
  database: string,
): Record<string, string> {
  const wanted = Object.entries(PRELOADS)
    .filter(([name]) => extensions.includes(name))
    .map(([, preload]) => preload)
    // pg_stat_kcache builds on pg_stat_statements, and says so by refusing to start.
    .filter(({ library }) => library !== 'pg_stat_kcache' || extensions.includes('pg_stat_statements'))
    .filter(({ library }) => hasLibrary(server.postgres, library));
  if (wanted.length === 0) return {};
  return {
    shared_preload_libraries: wanted.map(({ library }) => library).join(','),
    ...Object.assign({}, ...wanted.map(({ settings }) => settings?.(database) ?? {})),
  } as Record<string, string>;
}

/** Whether a library is in the folder of the server's own, which stands in a fixed place beside its programs. */
function hasLibrary(postgres: string, library: string): boolean {
  const root = dirname(dirname(realpathSync(postgres)));
  return ['lib', 'lib/postgresql', 'lib64', 'lib64/pgsql']
    .flatMap((folder) => [`${library}.so`, `${library}.dylib`].map((file) => join(root, folder, file)))
    .some(existsSync);
}
