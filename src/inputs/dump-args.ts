import { UserError } from '../base/errors.js';
import type { BackupInputs } from './values.js';

interface Allowed {
  /** True when the option takes `=value`, which must match. */
  value?: RegExp;
  /**
   * Only for these formats: an archive ignores the option, but the schema-only dump whose hash is the fingerprint's
   * would not, and the two would differ for ever.
   */
  plainOnly?: true;
  /** Only with `content: data`. */
  dataOnly?: true;
}

/** What changes neither what the archive holds as the fingerprint sees it, nor how pgkeep runs pg_dump. */
const ALLOWED: Record<string, Allowed> = {
  '--no-comments': {},
  '--no-security-labels': {},
  '--no-subscriptions': {},
  '--no-toast-compression': {},
  '--no-privileges': {},
  '--no-acl': {},
  '-x': {},
  '--inserts': {},
  '--column-inserts': {},
  '--attribute-inserts': {},
  '--rows-per-insert': { value: /^[1-9]\d{0,8}$/ },
  '--on-conflict-do-nothing': {},
  '--load-via-partition-root': {},
  '--disable-dollar-quoting': {},
  '--no-owner': { plainOnly: true },
  '-O': { plainOnly: true },
  '--no-tablespaces': { plainOnly: true },
  '--no-table-access-method': { plainOnly: true },
  '--quote-all-identifiers': { plainOnly: true },
  '--use-set-session-authorization': { plainOnly: true },
  '--disable-triggers': { plainOnly: true, dataOnly: true },
};

/** The options that are let through, some of them only in the plain format. */
export const ALLOWED_DUMP_ARGS = Object.keys(ALLOWED);

/** What to use instead of an option, or why there is nothing. */
const INSTEAD: readonly (readonly [string, readonly string[]])[] = [
  ['use the input "schemas"', ['-n', '--schema']],
  ['use the input "exclude-schemas"', ['-N', '--exclude-schema']],
  ['use the input "tables"', ['-t', '--table', '--table-and-children']],
  ['use the input "exclude-tables"', ['-T', '--exclude-table', '--exclude-table-and-children']],
  ['use the input "exclude-table-data"', ['--exclude-table-data', '--exclude-table-data-and-children']],
  [
    'use the input "content"',
    ['-a', '--data-only', '-s', '--schema-only', '--section', '--no-data', '--no-schema'],
  ],
  ['use the input "format"', ['-F', '--format']],
  ['use the input "compression"', ['-Z', '--compress']],
  ['use the input "jobs"', ['-j', '--jobs']],
  ['use the input "lock-timeout"', ['--lock-wait-timeout']],
  ['use the input "storage"', ['-f', '--file']],
  [
    'use the input "database-url"',
    [
      '-d',
      '--dbname',
      '-h',
      '--host',
      '-p',
      '--port',
      '-U',
      '--username',
      '-w',
      '--no-password',
      '-W',
      '--password',
    ],
  ],
  [
    'put options=-c%20role=NAME into "database-url", so that every session of the backup has that role',
    ['--role'],
  ],
  ['the dump shares its snapshot with the fingerprint', ['--snapshot', '--serializable-deferrable']],
  ['rows that row-level security hides would be missing from the backup', ['--enable-row-security']],
  ['numbers would lose digits', ['--extra-float-digits']],
  ['the restored database would be dropped first', ['-c', '--clean', '--if-exists']],
  ["names in the archive must be in the database's own encoding", ['-E', '--encoding']],
  [
    'pgkeep decides it',
    ['-C', '--create', '-v', '--verbose', '--strict-names', '--no-sync', '--restrict-key'],
  ],
  [
    'it changes what the backup holds, and the fingerprint would not match',
    [
      ...['-b', '--blobs', '--large-objects', '-B', '--no-blobs', '--no-large-objects'],
      ...['-e', '--extension', '--exclude-extension', '--filter', '--include-foreign-data', '--no-policies'],
      ...['--no-publications', '--no-unlogged-table-data', '--sequence-data', '--binary-upgrade'],
      ...['--statistics', '--with-statistics', '--no-statistics', '--statistics-only'],
    ],
  ],
];

const REASONS = new Map(
  INSTEAD.flatMap(([reason, options]) => options.map((option) => [option, reason] as const)),
);

/** `--file=x`, `-fx` -> the option's name; what else is attached to it is not for messages, it may be a secret. */
function optionOf(arg: string): { option: string; value: string | undefined } {
  const match = /^(--[^=\s]*)(?:=([\s\S]*))?/.exec(arg);
  if (match !== null) return { option: match[1] ?? '', value: match[2] };
  // pg_dump reads -xO as two options and -Fp as one with a value: only options that stand alone are let through.
  return { option: arg.slice(0, 2), value: arg.length > 2 ? arg.slice(2) : undefined };
}

function refusal(
  arg: string,
  format: BackupInputs['format'],
  content: BackupInputs['content'],
): string | undefined {
  if (!/^-[^-]|^--./.test(arg)) {
    return `"${arg.slice(0, 40)}" is not an option. Write options with their value on one line, as in --rows-per-insert=100`;
  }
  const { option, value } = optionOf(arg);
  const rule = ALLOWED[option];
  if (rule === undefined) {
    const reason = REASONS.get(option);
    return `"${option}" is refused: ${reason ?? `allowed are ${ALLOWED_DUMP_ARGS.join(' ')}, each written in full`}`;
  }
  if (rule.value === undefined && (value !== undefined || arg !== option)) {
    return `"${option}" stands alone, without a value or another option behind it`;
  }
  if (rule.value !== undefined && (value === undefined || !rule.value.test(value))) {
    return `"${option}" needs its value on the same line, as in ${option}=100`;
  }
  if (rule.plainOnly === true && format !== 'plain') {
    return `"${option}" has an effect in the plain format only. Give it to pg_restore when you restore`;
  }
  if (rule.dataOnly === true && content !== 'data')
    return `"${option}" has an effect only with content: data`;
  return undefined;
}

/**
 * Refuses arguments for pg_dump that would change what is selected, the format, the output, the snapshot or the
 * connection, in any spelling that pg_dump knows: what is not known to be harmless is refused.
 * @throws UserError that names the argument and what to use instead.
 */
export function checkDumpArgs(
  args: readonly string[],
  format: BackupInputs['format'],
  content: BackupInputs['content'],
): void {
  for (const arg of args) {
    const message = refusal(arg, format, content);
    if (message !== undefined) throw new UserError(`Input "dump-args": ${message}.`);
  }
}
