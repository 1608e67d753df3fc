import type { Psql } from '../../postgres/psql.js';
import { quoteLiteral } from '../../postgres/psql.js';

/** Values of a setting under which errors, or what is left open, still stand in the log as we read it. */
const HARMLESS: Readonly<Record<string, RegExp>> = {
  // Messages of the level `log`, which are above errors there, hold the statements.
  log_min_messages: /^(?:debug\d?|info|notice|warning|error|default)$/i,
  lc_messages: /^(?:|C|POSIX|en_.*|C\..*|default)$/i,
  update_process_title: /^(?:on|true|yes|1|default)$/i,
};

/** Settings that hide statements when the database, a role or the command itself changes them. */
const TELLING = [
  ...Object.keys(HARMLESS),
  ...['log_statement', 'log_duration', 'log_min_error_statement', 'log_disconnections'],
];

const CHANGES = /\b(?:SET|ALTER|SET_CONFIG)\b/i;
/** Of no effect on what stands on the server's command line. */
const INEFFECTIVE = /\bALTER\s+SYSTEM\b/i;
const NAMED = new RegExp(String.raw`\b(RESET\s+"?)?(${TELLING.join('|')})\b`, 'gi');
const VALUE = /^["']?\s*(?:=|,|\bTO\b)\s*(?:'([^']*)'|"([^"]*)"|([\w.-]+))/i;

/** What a statement does to the settings of the log; those it hides errors by are among the changed ones. */
export function changesOf(sql: string): { changed: string[]; hiding: string[] } {
  const changed: string[] = [];
  const hiding: string[] = [];
  if (!CHANGES.test(sql) || INEFFECTIVE.test(sql)) return { changed, hiding };
  for (const { 0: all, 1: reset, 2: written = '', index } of sql.matchAll(NAMED)) {
    const name = written.toLowerCase();
    changed.push(name);
    const harmless = HARMLESS[name];
    if (harmless === undefined || reset !== undefined) continue;
    const value = VALUE.exec(sql.slice(index + all.length, index + all.length + 200));
    // What cannot be read may be anything.
    if (value === null || !harmless.test(value[1] ?? value[2] ?? value[3] ?? '')) hiding.push(name);
  }
  return { changed, hiding };
}

/**
 * Takes such settings away that a restored database, or a role of it, brings: they would hide what a command does there,
 * and are of no use on a scratch server.
 */
export async function unhide(psql: Psql): Promise<void> {
  await psql.exec(`DO $pgkeep$
DECLARE s record;
BEGIN
  FOR s IN
    SELECT pg_catalog.split_part(setting, '=', 1) AS name,
      CASE WHEN setrole = 0 THEN 'ALL' ELSE pg_catalog.format('%I', rolname) END
        || CASE WHEN setdatabase = 0 THEN '' ELSE pg_catalog.format(' IN DATABASE %I', datname) END AS place
    FROM pg_catalog.pg_db_role_setting LEFT JOIN pg_catalog.pg_roles r ON r.oid = setrole
      LEFT JOIN pg_catalog.pg_database d ON d.oid = setdatabase, LATERAL pg_catalog.unnest(setconfig) setting
    WHERE pg_catalog.split_part(setting, '=', 1) IN (${TELLING.map(quoteLiteral).join(', ')})
  LOOP
    EXECUTE pg_catalog.format('ALTER ROLE %s RESET %I', s.place, s.name);
  END LOOP;
END $pgkeep$`);
}
