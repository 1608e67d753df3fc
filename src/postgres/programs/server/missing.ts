import { machineName, type Machine } from '../machine.js';
import { packagesOf } from './packages.js';

/** An extension that the server lacks. */
export interface MissingExtension {
  name: string;
  /** Why it could not be had, as a sentence for the user. */
  why: string;
}

/** Extensions that only the servers of one provider have. */
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  Supabase: ['pg_graphql', 'pg_net', 'pgjwt', 'supabase_vault', 'supautils', 'wrappers'],
  'Amazon RDS': [
    ...['apg_plan_mgmt', 'aws_commons', 'aws_lambda', 'aws_ml', 'aws_s3', 'flow_control', 'log_fdw'],
    ...['pg_tle', 'rds_activity_stream', 'rds_tools'],
  ],
  'Google Cloud': [
    ...['alloydb_scann', 'google_columnar_engine', 'google_db_advisor', 'google_ml_integration'],
    'google_vacuum_mgmt',
  ],
  Azure: ['azure', 'azure_ai', 'azure_local_ai', 'azure_storage', 'pg_diskann', 'pgaadauth'],
  Neon: ['anon_neon', 'neon', 'neon_test_utils', 'neon_utils', 'pg_session_jwt', 'pgrag'],
  Aiven: ['aiven_extras', 'aiven_gatekeeper'],
};

/** The provider whose servers alone have this extension. */
export function providerOf(extension: string): string | undefined {
  return Object.keys(PROVIDERS).find((provider) => PROVIDERS[provider]?.includes(extension) === true);
}

/** @param installs false where nothing is installed because the user named the folder of the programs. */
export function whyMissing(
  extension: string,
  server: { major: number; postgres: string },
  how: { machine: Machine; debian: boolean; installs: boolean },
): string {
  const provider = providerOf(extension);
  if (provider !== undefined)
    return `only ${provider}'s servers have it; there is no package of it for a server of one's own`;
  const packages = packagesOf(extension, server.major);
  if (packages.length === 0)
    return `it comes with PostgreSQL itself, but not with the server ${server.postgres} (PostgreSQL ${server.major})`;
  if (!how.installs)
    return `the server in postgres-bin lacks it, and with postgres-bin nothing is installed; install it there or leave postgres-bin out`;
  if (how.debian)
    return `apt has no package ${packages.join(' or ')} that can be installed here; if another package repository has it, add that to this machine's apt sources first`;
  return `pgkeep knows no package of it for ${machineName(how.machine)}; install it for the server ${server.postgres} first`;
}
