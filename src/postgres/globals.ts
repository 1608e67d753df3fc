/** What of a backup's `globals.sql` a scratch server is given. */
export interface Globals {
  /** Every role that it makes. */
  roles: string[];
  /**
   * What these roles may do and whose members they are, as statements. Left out are settings (one may name a library
   * that only the source has), tablespaces (folders that only the source has) and whatever else may stand there.
   */
  statements: string[];
}

const NAME = String.raw`("(?:[^"]|"")+"|[^\s;"]+)`;
const CREATE = new RegExp(`^CREATE ROLE ${NAME}$`);
const ALTER = new RegExp(`^ALTER ROLE ${NAME} WITH [A-Z0-9 -]+?(?= VALID UNTIL | PASSWORD |$)`);
const GRANT = new RegExp(`^GRANT ${NAME} TO ${NAME}(?: WITH [A-Z, ]+?)?(?= GRANTED BY |$)`);

/** Reads what `pg_dumpall --globals-only` wrote. */
export function readGlobals(sql: string): Globals {
  const globals: Globals = { roles: [], statements: [] };
  for (const statement of statementsOf(sql)) {
    const role = CREATE.exec(statement)?.[1];
    if (role !== undefined) globals.roles.push(unquote(role));
    // Who granted a membership need not be allowed to, once only part of the grants are there.
    const grant = GRANT.exec(statement)?.[0];
    const kept = grant ?? ALTER.exec(statement)?.[0];
    if (kept !== undefined) globals.statements.push(kept);
  }
  return globals;
}

/** The statements of a script, without comments and psql's own commands. */
function* statementsOf(sql: string): Iterable<string> {
  const token = /"(?:[^"]|"")*"|'(?:[^']|'')*'|--[^\n]*|^\\[^\n]*|;|[^"'\-\\;]+|[\s\S]/gm;
  let statement = '';
  for (const [text] of sql.matchAll(token)) {
    if (text.startsWith('--') || (text.startsWith('\\') && statement.trim() === '')) continue;
    if (text !== ';') {
      statement += text;
      continue;
    }
    yield statement.trim();
    statement = '';
  }
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
