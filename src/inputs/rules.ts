import { UserError } from '../base/errors.js';
import { checkDumpArgs } from './dump-args.js';
import { hasPlaceholder } from './name.js';
import type { BackupInputs, ListInputs, ShowInputs } from './values.js';

type Rule = (inputs: BackupInputs) => string | undefined;

const given = (list: readonly string[]): boolean => list.length > 0;

function repeated(list: readonly string[]): string | undefined {
  return list.find((entry, index) => list.indexOf(entry) !== index);
}

/** What inputs may not say together. Each rule gives a message when it is broken. */
const RULES: readonly Rule[] = [
  ({ recipients, passphrase }) =>
    given(recipients) && passphrase !== undefined
      ? 'Inputs "recipients" and "passphrase" are both given. A backup is encrypted with one or the other.'
      : undefined,
  ({ jobs, format }) =>
    jobs !== 'auto' && jobs > 1 && format !== 'directory'
      ? `Input "jobs" is ${jobs}, but pg_dump works in parallel only in the directory format. Set format to directory, or leave jobs out.`
      : undefined,
  ({ databases }) =>
    databases.length > 1 && databases.includes('*')
      ? 'Input "databases" holds * (all databases) and names. Give one or the other.'
      : undefined,
  ({ databases }) => {
    const twice = repeated(databases);
    return twice === undefined ? undefined : `Input "databases" names "${twice}" twice.`;
  },
  ({ storage }) => {
    const twice = repeated(storage);
    return twice === undefined ? undefined : 'Input "storage" has the same URL twice.';
  },
  ({ databases, name }) =>
    (databases.length > 1 || databases.includes('*')) && !name.includes('{database}')
      ? `Input "name" is "${name}" for several databases: their backups would be one family. Put {database} into the name.`
      : undefined,
  ({ name }) =>
    hasPlaceholder(name.replaceAll('{database}', ''))
      ? `Input "name" is "${name}": only {database} can stand in braces.`
      : undefined,
  // pg_dump dumps the tables that match whatever the schema patterns say, and does not mention it.
  ({ tables, schemas, excludeSchemas }) =>
    given(tables) && (given(schemas) || given(excludeSchemas))
      ? `Inputs "tables" and "${given(schemas) ? 'schemas' : 'exclude-schemas'}" are both given: pg_dump would ignore the latter. Write the schema into the pattern, as in sales.*, instead.`
      : undefined,
  ({ content, excludeTableData }) =>
    content === 'schema' && given(excludeTableData)
      ? 'Input "exclude-table-data" has no effect with content: schema, which holds no rows. Leave it out.'
      : undefined,
];

/**
 * Refuses inputs that contradict each other.
 * @throws UserError
 */
export function checkBackup(inputs: BackupInputs): void {
  for (const rule of RULES) {
    const message = rule(inputs);
    if (message !== undefined) throw new UserError(message);
  }
  checkDumpArgs(inputs.dumpArgs, inputs.format, inputs.content);
}

/** Outside a backup there is no database that could fill a placeholder in the family's name. */
export function checkName(command: string, { name }: ListInputs | ShowInputs): void {
  if (name !== undefined && hasPlaceholder(name)) {
    throw new UserError(
      `Input "name" is "${name}", but ${command} knows no database. Give the family's own name.`,
    );
  }
}
