import { createHash } from 'node:crypto';
import { UserError } from '../base/errors.js';
import { SqlError, type Psql } from './psql.js';

/** What a backup records of a server and one of its databases. */
export interface ServerInfo {
  /** `17.10`, `18beta1` */
  version: string;
  major: number;
  encoding: string;
  collation: Collation;
  /** Identifies the cluster; null where the role may not ask. A physical copy of the cluster has the same. */
  systemIdentifier: string | null;
  /** On the server's disk, indexes included; null where the role may not ask. */
  databaseBytes: number | null;
  currentDatabase: string;
}

/** How a database sorts text. */
export interface Collation {
  /** `libc`, `icu`, `builtin`. Before PostgreSQL 15 always `libc`. */
  provider: string;
  collate: string;
  ctype: string;
  /** The locale of a provider other than libc. */
  locale: string | null;
  icuRules: string | null;
  /** The library's version when the database was made; null before PostgreSQL 15 and for C. */
  version: string | null;
}

const PROVIDERS: Record<string, string> = { c: 'libc', i: 'icu', b: 'builtin', d: 'default' };

/** Databases that a provider keeps for itself on its managed servers: no one else may read them. */
const PROVIDERS_OWN = ['rdsadmin', 'cloudsqladmin', 'alloydbadmin', 'azure_maintenance', 'azure_sys'];
const OWN = PROVIDERS_OWN.map((name) => `'${name}'`).join(', ');

type Row = Record<string, string | number | boolean | null>;

/**
 * Asks the server what it is. Must be called outside a transaction: a refused question would end it.
 * Columns that a major does not have are null: the catalogue's row is read as JSON, whatever it holds.
 */
export async function inspectServer(psql: Psql): Promise<ServerInfo> {
  const server = await psql.query<Row>(`
    SELECT json_build_object(
      'version', current_setting('server_version'), 'versionNum', current_setting('server_version_num')::int,
      'database', current_database(), 'encoding', current_setting('server_encoding'))`);
  const row = await psql.query<Row>(
    `SELECT to_json(d) FROM pg_catalog.pg_database d WHERE d.datname = current_database()`,
  );
  const size = await unlessForbidden(psql, 'SELECT pg_database_size(current_database())');
  return {
    version: text(server['version']).split(' ')[0] ?? '',
    major: Math.floor(Number(server['versionNum']) / 10_000),
    encoding: text(server['encoding']),
    collation: {
      provider: PROVIDERS[text(row['datlocprovider'] ?? 'c')] ?? text(row['datlocprovider']),
      collate: text(row['datcollate']),
      ctype: text(row['datctype']),
      // `datlocale` since PostgreSQL 17, `daticulocale` in 15 and 16.
      locale: textOrNull(row['datlocale'] ?? row['daticulocale']),
      icuRules: textOrNull(row['daticurules']),
      version: textOrNull(row['datcollversion']),
    },
    systemIdentifier: await unlessForbidden(psql, 'SELECT system_identifier FROM pg_control_system()'),
    databaseBytes: size === null ? null : Number(size),
    currentDatabase: text(server['database']),
  };
}

/** `17.10`, `18beta1` -> 17, 18. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

/** The oldest major that is supported and tested. */
const OLDEST_MAJOR = 13;

/** @throws UserError for a server older than PostgreSQL 13, before anything is dumped or installed for it. */
export function refuseOldServer({ major, version }: Pick<ServerInfo, 'major' | 'version'>): void {
  if (major >= OLDEST_MAJOR) return;
  throw new UserError(
    `The server is PostgreSQL ${version}, and pgkeep backs up PostgreSQL ${OLDEST_MAJOR} and newer. ` +
      'Upgrade the server (its own project has ended support for this major), or dump it with its own pg_dump until then.',
  );
}

/**
 * The databases that `*` stands for: all that allow connections and are no templates, sorted by their bytes.
 * One that this role may not connect to is among them, so that leaving it out is never an accident.
 */
export function listDatabases(psql: Psql): Promise<string[]> {
  return psql.query<string[]>(
    `SELECT coalesce(json_agg(datname ORDER BY datname COLLATE "C"), '[]') FROM pg_catalog.pg_database
     WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2
       AND datname NOT IN (${OWN})`,
  );
}

/**
 * What `*` does not stand for, each with the reason: `mould (a template)`. The server's own two templates go without
 * saying.
 */
export function unlistedDatabases(psql: Psql): Promise<string[]> {
  return psql.query<string[]>(
    `SELECT coalesce(json_agg(datname || ' (' || CASE WHEN datconnlimit = -2 THEN 'what an interrupted DROP DATABASE left'
       WHEN NOT datallowconn THEN 'takes no connections' WHEN datistemplate THEN 'a template' ELSE 'its provider''s own' END || ')'
       ORDER BY datname COLLATE "C"), '[]') FROM pg_catalog.pg_database
     WHERE datname NOT IN ('template0', 'template1')
       AND (NOT datallowconn OR datistemplate OR datconnlimit = -2 OR datname IN (${OWN}))`,
  );
}

/**
 * What tells one database from another without naming host or user, as hex; null where the cluster has no identity to ask for.
 */
export function databaseId(info: Pick<ServerInfo, 'systemIdentifier' | 'currentDatabase'>): string | null {
  if (info.systemIdentifier === null) return null;
  return createHash('sha256').update(`${info.systemIdentifier}/${info.currentDatabase}`).digest('hex');
}

/** Null where a managed server does not let the role ask, or does not know the function. */
async function unlessForbidden(psql: Psql, sql: string): Promise<string | null> {
  try {
    return await psql.value(sql);
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

function text(value: Row[string] | undefined): string {
  return String(value ?? '');
}

function textOrNull(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
