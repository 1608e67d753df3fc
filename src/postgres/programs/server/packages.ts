/** Extensions that come with every server (PostgreSQL's contrib modules), of all the majors together. */
const CONTRIB = new Set(
  (
    'adminpack amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance ' +
    'file_fdw fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime old_snapshot pageinspect ' +
    'pg_buffercache pg_freespacemap pg_logicalinspect pg_overexplain pg_prewarm pg_stat_statements pg_surgery ' +
    'pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple plpgsql postgres_fdw refint seg sslinfo ' +
    'tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp xml2'
  ).split(' '),
);

/**
 * Extensions whose Debian package is not called after them; `N` stands for the major. Of several names the first that
 * there is counts.
 */
const PACKAGES = new Map<string, readonly string[]>(
  Object.entries({
    address_standardizer: ['postgresql-N-postgis-3'],
    address_standardizer_data_us: ['postgresql-N-postgis-3'],
    bool_plperl: ['postgresql-plperl-N'],
    bool_plperlu: ['postgresql-plperl-N'],
    h3_postgis: ['postgresql-N-h3'],
    hstore_plperl: ['postgresql-plperl-N'],
    hstore_plperlu: ['postgresql-plperl-N'],
    hstore_plpython3u: ['postgresql-plpython3-N'],
    jsonb_plperl: ['postgresql-plperl-N'],
    jsonb_plperlu: ['postgresql-plperl-N'],
    jsonb_plpython3u: ['postgresql-plpython3-N'],
    londiste: ['postgresql-N-londiste-sql'],
    ltree_plpython3u: ['postgresql-plpython3-N'],
    pg_sphere: ['postgresql-N-pgsphere'],
    pgautofailover: ['postgresql-N-auto-failover'],
    pglogical_origin: ['postgresql-N-pglogical'],
    pgpool_adm: ['postgresql-N-pgpool2'],
    pgpool_recovery: ['postgresql-N-pgpool2'],
    pgpool_regclass: ['postgresql-N-pgpool2'],
    pgq: ['postgresql-N-pgq3'],
    pldbgapi: ['postgresql-N-pldebugger'],
    plperl: ['postgresql-plperl-N'],
    plperlu: ['postgresql-plperl-N'],
    plpython3u: ['postgresql-plpython3-N'],
    pltcl: ['postgresql-pltcl-N'],
    pltclu: ['postgresql-pltcl-N'],
    pointcloud_postgis: ['postgresql-N-pointcloud'],
    postgis: ['postgresql-N-postgis-3'],
    postgis_raster: ['postgresql-N-postgis-3'],
    postgis_sfcgal: ['postgresql-N-postgis-3'],
    postgis_tiger_geocoder: ['postgresql-N-postgis-3'],
    postgis_topology: ['postgresql-N-postgis-3'],
    table_log: ['postgresql-N-tablelog'],
    timescaledb: ['timescaledb-2-postgresql-N', 'postgresql-N-timescaledb'],
    timescaledb_toolkit: ['timescaledb-toolkit-postgresql-N'],
    vector: ['postgresql-N-pgvector'],
  }),
);

/**
 * The Debian packages that may hold an extension: the first of them that there is holds it. Empty for those that come
 * with the server.
 */
export function packagesOf(extension: string, major: number): string[] {
  if (CONTRIB.has(extension)) return [];
  const known = PACKAGES.get(extension);
  if (known !== undefined) return known.map((name) => name.replace('N', String(major)));
  const name = extension.toLowerCase().replaceAll('_', '-');
  // What Debian accepts in a package's name.
  if (!/^[a-z0-9][a-z0-9+.-]*$/.test(name)) return [];
  // pg_hint_plan is in postgresql-17-pg-hint-plan, pg_cron in postgresql-17-cron.
  const short = /^pg-(.+)$/.exec(name)?.[1];
  return [name, ...(short === undefined ? [] : [short])].map((each) => `postgresql-${major}-${each}`);
}

/** The Homebrew formulae that hold extensions. */
function formulaOf(extension: string): string[] {
  if (extension === 'vector') return ['pgvector'];
  return PACKAGES.get(extension)?.includes('postgresql-N-postgis-3') === true ? ['postgis'] : [];
}

/** The Homebrew formulae for these extensions, as far as there are some. */
export function formulaeOf(extensions: readonly string[]): string[] {
  return [...new Set(extensions.flatMap(formulaOf))];
}
