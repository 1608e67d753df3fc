import { quoteIdentifier } from '../quote.js';
import type { Cause, ExplainContext } from './cause.js';

/** Why something could not be read, once connected. */
export const READING: readonly Cause[] = [
  {
    pattern: /query would be affected by row-level security policy for table "([^"]*)"/,
    say: ([, table], context) =>
      `Row-level security hides rows of table ${table} from ${roleName(context)}, so the backup would miss them. ` +
      `Use a role that sees all rows: \`ALTER ROLE ${roleIdentifier(context)} BYPASSRLS\`, or the table's owner ` +
      '(where the table has FORCE ROW LEVEL SECURITY, BYPASSRLS alone helps).',
  },
  {
    pattern: /permission denied to set role "([^"]*)"/,
    say: ([, role], context) =>
      `${capital(roleName(context))} may not become ${role} (\`--role\`): \`GRANT ${quoteIdentifier(role ?? '')} TO ${roleIdentifier(context)}\`.`,
  },
  {
    pattern: /permission denied for (table|sequence|view|materialized view|foreign table|relation) (.+)$/m,
    say: ([, kind = '', name = ''], context, stderr) => {
      const object = lockedTable(stderr) ?? name;
      const on = kind === 'sequence' ? 'SEQUENCE ' : '';
      return (
        `${capital(roleName(context))} may not read ${kind} ${object}. ` +
        `Grant it: \`GRANT SELECT ON ${on}${written(object)} TO ${roleIdentifier(context)}\`, or everything at once ` +
        `(PostgreSQL 14 and newer): \`GRANT pg_read_all_data TO ${roleIdentifier(context)}\`. ` +
        'Or leave it out with exclude-tables (exclude-table-data is not enough: pg_dump locks it all the same).'
      );
    },
  },
  {
    pattern: /permission denied for schema (.+)$/m,
    say: ([, schema = ''], context) =>
      `${capital(roleName(context))} may not use schema ${schema}. ` +
      `Grant it: \`GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${roleIdentifier(context)}\`, or everything at once ` +
      `(PostgreSQL 14 and newer): \`GRANT pg_read_all_data TO ${roleIdentifier(context)}\`. Or leave it out with exclude-schemas.`,
  },
  {
    pattern: /permission denied for large object (\d+)/,
    say: ([, id], context) =>
      `${capital(roleName(context))} may not read large object ${id}: \`GRANT SELECT ON LARGE OBJECT ${id} TO ${roleIdentifier(context)}\`, ` +
      'or back up as the owner of the large objects (pg_read_all_data does not cover them).',
  },
  {
    // pg_dump makes --lock-wait-timeout of a statement timeout around its LOCK TABLE.
    pattern:
      /could not obtain lock on relation "([^"]*)"|canceling statement due to lock timeout|canceling statement due to statement timeout[^]*LOCK TABLE/,
    say: ([, relation], _context, stderr) => {
      const table = relation ?? lockedTable(stderr);
      return (
        `${table === undefined ? 'A table' : `Table ${table}`} was locked by someone else for longer than lock-timeout allows ` +
        '(a migration, VACUUM FULL, a long transaction?). Run again later, or raise lock-timeout.'
      );
    },
  },
  {
    pattern: /canceling statement due to statement timeout/,
    say: () =>
      'The server ended a statement by its statement_timeout. Somewhere between us and the server (a pooler, a proxy) sets it: connect directly.',
  },
  {
    pattern: /canceling statement due to conflict with recovery/,
    say: () =>
      'The standby cancelled the dump since replay needed the rows that it still read. Set hot_standby_feedback = on or a larger ' +
      'max_standby_streaming_delay there, or back up from the primary.',
  },
  {
    pattern: /no matching (\w+(?: \w+)?) were found(?: for pattern "([^"\n]*)")?/,
    say: ([, kind = '', pattern]) =>
      `No ${kind} match ${pattern === undefined ? 'the patterns given' : `the pattern ${pattern}`}. Patterns are pg_dump's: ` +
      'lower case unless in double quotes, `*` and `?` as wildcards, `schema.table`.',
  },
  {
    pattern:
      /invalid snapshot identifier|snapshot "[^"]*" does not exist|could not import the requested snapshot/,
    say: () =>
      'The snapshot of the dump cannot be used by another session: they are not on the same server (several hosts or a load balancer ' +
      'in database-url), or a pooler is between, or the session that holds it has ended. Use the URL of one server.',
  },
  {
    pattern:
      /could not open relation with OID|cache lookup failed for|(?:relation|schema|function|type|constraint) with OID \d+ does not exist/,
    say: () =>
      'A table or another object was dropped or replaced while it was being dumped. Run again, at a time when no migration runs.',
  },
  {
    pattern: /invalid memory alloc request size|Cannot enlarge string buffer/,
    say: (_match, _context, stderr) =>
      `A row${copied(stderr)} is too large for PostgreSQL's COPY, which cannot write more than 1 GB a row (a bytea doubles). ` +
      'Split the value, move it to a large object, or leave the table out with exclude-table-data.',
  },
  {
    pattern:
      /invalid page in block \d+ of relation|missing chunk number \d+ for toast value|could not read blocks? [\d.]+ in file|compressed \w+ data is corrupt|could not access status of transaction|unexpected chunk number/,
    say: (_match, _context, stderr) =>
      `The database itself is damaged: the server cannot read its own data${copied(stderr)}. Keep the backups that you have, ` +
      'and look at https://wiki.postgresql.org/wiki/Corruption before anything else.',
  },
];

function roleName({ target }: ExplainContext): string {
  return target?.user === undefined ? 'the role' : `role ${target.user}`;
}

function roleIdentifier({ target }: ExplainContext): string {
  return target?.user === undefined ? 'the_role' : quoteIdentifier(target.user);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A name that pg_dump already wrote as SQL (`public."Order Lines"`), or the bare name of a message made one. */
function written(name: string): string {
  return /^(?:"(?:[^"]|"")+"|[a-z_][\w$]*)\.(?:"(?:[^"]|"")+"|[a-z_][\w$]*)$/.test(name)
    ? name
    : quoteIdentifier(name);
}

/** The one table that pg_dump wanted to lock; pg_dump 16 and newer lock many at once. */
function lockedTable(stderr: string): string | undefined {
  const list = /LOCK TABLE (?:ONLY )?(.+?) IN ACCESS SHARE MODE/.exec(stderr)?.[1];
  return list === undefined || /, (?:ONLY )?\S/.test(list) ? undefined : list;
}

function copied(stderr: string): string {
  const table =
    /Dumping the contents of table "([^"]*)" failed/.exec(stderr)?.[1] ?? /COPY (\S+) /.exec(stderr)?.[1];
  return table === undefined ? '' : ` of table ${table}`;
}
