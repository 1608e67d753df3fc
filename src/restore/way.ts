import type { Manifest } from '../backup/manifest.js';
import type { RestoreInputs } from '../inputs/values.js';
import { isEmpty, type Target } from './target/types.js';

/** What of a backup is restored. */
export type Content = RestoreInputs['content'];

/** The inputs that decide what a restore does. */
export type Choices = Pick<
  RestoreInputs,
  'mode' | 'confirm' | 'tables' | 'schemas' | 'content' | 'owner' | 'privileges' | 'compare'
>;

/**
 * - `beside`: into a new database, which then takes the name of the target;
 * - `in place`: into the target itself, in one transaction.
 */
export type Way = 'beside' | 'in place';

/** How a restore is done, or why it is not. */
export type Decision = { way: Way } | { refusal: string };

/** What is restored: a backup of rows alone has nothing else, whatever was asked for. */
export function contentOf(choices: Pick<Choices, 'content'>, manifest: Pick<Manifest, 'options'>): Content {
  const held = manifest.options['content'];
  return choices.content === 'all' && (held === 'data' || held === 'schema') ? held : choices.content;
}

/** Whether only a part of what the backup holds is restored. */
export function isPartial({ tables, schemas, content }: Choices): boolean {
  return tables.length > 0 || schemas.length > 0 || content !== 'all';
}

/** What the role lacks to make a database and rename it into place; empty where it lacks nothing. */
export function lackingForBeside({ role, maintenance, existing, database }: Target): string[] {
  const who = JSON.stringify(role.name);
  const lacking: string[] = [];
  if (!role.createDatabases) lacking.push(`\`ALTER ROLE ${who} CREATEDB\``);
  if (existing !== undefined && !(existing.mayRename && existing.mayGive))
    lacking.push(
      `\`GRANT ${JSON.stringify(existing.owner)} TO ${who}\` (the target's owner), or \`ALTER DATABASE ${JSON.stringify(database)} OWNER TO ${who}\``,
    );
  if (maintenance === undefined)
    lacking.push(
      `\`GRANT CONNECT ON DATABASE postgres TO ${who}\`, or on any other database than the target: from within itself a database cannot be renamed`,
    );
  return lacking;
}

/** Decides how a restore is done. */
export function decideWay(choices: Choices, target: Target, content: Content): Decision {
  const name = JSON.stringify(target.database);
  const lacking = lackingForBeside(target);
  const { existing } = target;
  if (content === 'data')
    return existing === undefined
      ? { refusal: `There is no database ${name}: rows alone need tables that are there.` }
      : { way: 'in place' };
  if (existing === undefined) {
    return lacking.length === 0
      ? { way: 'beside' }
      : {
          refusal: `There is no database ${name}, and the role may not make it. Create it, or have someone run: ${lacking.join('; ')}.`,
        };
  }
  if (choices.mode === 'replace')
    return lacking.length === 0
      ? { way: 'beside' }
      : {
          refusal: `Database ${name} cannot be replaced by this role. Have someone run: ${lacking.join('; ')}.`,
        };
  if (isEmpty(existing)) return { way: lacking.length === 0 ? 'beside' : 'in place' };
  if (isPartial(choices)) return { way: 'in place' };
  return {
    refusal:
      `Database ${name} is not empty (it holds ${existing.examples.join(', ')}${existing.objects > existing.examples.length ? ', ...' : ''}), and mode is fresh. ` +
      `Restore into a database that is empty or does not exist, or set mode: replace and confirm: the old one is then kept under another name.`,
  };
}
