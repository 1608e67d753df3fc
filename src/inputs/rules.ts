import { messageOf, UserError } from '../base/errors.js';
import { parseStorageUrl, placeOf } from '../storage/url.js';
import { checkDumpArgs } from './dump-args.js';
import { hasPlaceholder } from './name.js';
import type { Command } from './spec.js';
import { policyOf } from '../retention/inputs.js';
import { hasNoRule } from '../retention/policy.js';
import type {
  BackupInputs,
  CheckMigrationsInputs,
  ImportInputs,
  InputsOf,
  PruneInputs,
  RestoreInputs,
  StatusInputs,
  VerifyInputs,
} from './values.js';

/** Gives a message when it is broken. */
type Rule<I> = (inputs: I) => string | undefined;

const given = (list: readonly string[]): boolean => list.length > 0;

function repeated(list: readonly string[]): string | undefined {
  return list.find((entry, index) => list.indexOf(entry) !== index);
}

const STORED_ONCE: Rule<{ storage: readonly string[] }> = ({ storage }) =>
  repeated(storage.map(placeOf)) === undefined ? undefined : 'Input "storage" names the same storage twice.';

const ONE_KEY: Rule<Pick<VerifyInputs, 'identity' | 'passphrase'>> = ({ identity, passphrase }) =>
  identity !== undefined && passphrase !== undefined
    ? 'Inputs "identity" and "passphrase" are both given. A backup is encrypted with one or the other: give what fits it.'
    : undefined;

const HOOKS = ['notify-slack', 'notify-webhook', 'healthcheck-url'] as const;

/** What tells people must be reachable when it is needed: a URL that is none is refused before anything is done. */
const TOLD: Rule<{
  notifySlack: string | undefined;
  notifyWebhook: string | undefined;
  healthcheckUrl: string | undefined;
}> = ({ notifySlack, notifyWebhook, healthcheckUrl }) => {
  const texts = [notifySlack, notifyWebhook, healthcheckUrl];
  const wrong = HOOKS.find((_, index) => texts[index] !== undefined && !isHttpUrl(texts[index] ?? ''));
  return wrong === undefined
    ? undefined
    : `Input "${wrong}" is no URL that begins with https:// or http://. Copy the whole address from the service.`;
};

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol);
}

const ENCRYPTED_ONCE: Rule<{ recipients: readonly string[]; passphrase: string | undefined }> = ({
  recipients,
  passphrase,
}) =>
  given(recipients) && passphrase !== undefined
    ? 'Inputs "recipients" and "passphrase" are both given. A backup is encrypted with one or the other.'
    : undefined;

const ONLY_DATABASE: Rule<{ name: string }> = ({ name }) =>
  hasPlaceholder(name.replaceAll('{database}', ''))
    ? `Input "name" is "${name}": only {database} can stand in braces.`
    : undefined;

const BACKUP_RULES: readonly Rule<BackupInputs>[] = [
  STORED_ONCE,
  TOLD,
  ENCRYPTED_ONCE,
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
  ({ databases, name }) =>
    (databases.length > 1 || databases.includes('*')) && !name.includes('{database}')
      ? `Input "name" is "${name}" for several databases: their backups would be one family. Put {database} into the name.`
      : undefined,
  ONLY_DATABASE,
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

const IMPORT_RULES: readonly Rule<ImportInputs>[] = [
  STORED_ONCE,
  ENCRYPTED_ONCE,
  ONLY_DATABASE,
  ({ storage }) =>
    storage.some((url) => /^artifact:/i.test(url))
      ? 'Input "storage" is artifact://, and artifacts are made by a workflow run, not from a terminal. Import into s3:// or file:///.'
      : undefined,
  ({ takenAt }) =>
    takenAt !== undefined && takenAt > new Date()
      ? 'Input "taken-at" lies in the future. Give the time at which the dump was made.'
      : undefined,
];

const RESTORE_RULES: readonly Rule<RestoreInputs>[] = [
  STORED_ONCE,
  TOLD,
  ONE_KEY,
  ({ backup }) =>
    backup.kind === 'random'
      ? 'Input "backup" is random: a backup at random can be verified, not restored. Name the one that you want.'
      : undefined,
  ({ mode, tables, schemas, content }) => {
    const partial = given(tables) ? 'tables' : given(schemas) ? 'schemas' : 'content';
    return mode === 'replace' && (partial !== 'content' || content !== 'all')
      ? `Input "${partial}" restores a part, and mode: replace would put that in the place of the whole database. Restore a part with mode: fresh, into an empty database or into one that lacks it.`
      : undefined;
  },
  ({ safetyBackup }) => {
    if (safetyBackup === undefined) return undefined;
    try {
      parseStorageUrl(safetyBackup);
      return undefined;
    } catch (error) {
      return `Input "safety-backup" is no storage to back up to. ${messageOf(error)}`;
    }
  },
];

const VERIFY_RULES: readonly Rule<VerifyInputs>[] = [
  STORED_ONCE,
  TOLD,
  ONE_KEY,
  ({ scratchUrl, postgresVersion }) =>
    scratchUrl !== undefined && postgresVersion !== 'auto'
      ? `Input "postgres-version" is ${postgresVersion}, but the server that "scratch-url" names has its own version. Leave it out.`
      : undefined,
];

const CHECK_MIGRATIONS_RULES: readonly Rule<CheckMigrationsInputs>[] = [STORED_ONCE, ONE_KEY];

const PRUNE_RULES: readonly Rule<PruneInputs>[] = [
  STORED_ONCE,
  TOLD,
  (inputs) =>
    hasNoRule(policyOf(inputs))
      ? 'None of the "keep-" inputs is given, so everything would be kept. Say what to keep, such as keep-daily: 7 and keep-weekly: 4.'
      : undefined,
];

const STATUS_RULES: readonly Rule<StatusInputs>[] = [
  STORED_ONCE,
  TOLD,
  (inputs) =>
    inputs.report === undefined && !hasNoRule(policyOf(inputs))
      ? 'Status removes nothing: its "keep-" inputs only say what the report shows of the next prune. Give "report" too, or leave them out.'
      : undefined,
];

function check<I>(rules: readonly Rule<I>[], inputs: I): void {
  for (const rule of rules) {
    const message = rule(inputs);
    if (message !== undefined) throw new UserError(message);
  }
}

/** Outside a backup there is no database that could fill a placeholder in the family's name. */
function checkName(command: Command, { name }: { name?: string | undefined }): void {
  if (name !== undefined && hasPlaceholder(name)) {
    throw new UserError(
      `Input "name" is "${name}", but ${command} knows no database. Give the family's own name.`,
    );
  }
}

const CHECKS: { [C in Command]: (inputs: InputsOf<C>) => void } = {
  backup: (inputs) => {
    check(BACKUP_RULES, inputs);
    checkDumpArgs(inputs.dumpArgs, inputs.format, inputs.content);
  },
  restore: (inputs) => {
    checkName('restore', inputs);
    check(RESTORE_RULES, inputs);
  },
  verify: (inputs) => {
    checkName('verify', inputs);
    check(VERIFY_RULES, inputs);
  },
  'check-migrations': (inputs) => {
    checkName('check-migrations', inputs);
    check(CHECK_MIGRATIONS_RULES, inputs);
  },
  prune: (inputs) => {
    checkName('prune', inputs);
    check(PRUNE_RULES, inputs);
  },
  status: (inputs) => {
    checkName('status', inputs);
    check(STATUS_RULES, inputs);
  },
  fleet: () => undefined,
  import: (inputs) => {
    check(IMPORT_RULES, inputs);
  },
  list: (inputs) => {
    checkName('list', inputs);
  },
  stats: (inputs) => {
    checkName('stats', inputs);
  },
  log: (inputs) => {
    checkName('log', inputs);
  },
  delete: (inputs) => {
    checkName('delete', inputs);
    check([STORED_ONCE], inputs);
  },
  show: (inputs) => {
    checkName('show', inputs);
  },
};

/**
 * Refuses inputs that contradict each other.
 * @throws UserError
 */
export function checkInputs<C extends Command>(command: C, inputs: InputsOf<C>): void {
  CHECKS[command](inputs);
}
