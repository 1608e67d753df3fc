import { printableLine, shell } from '../base/text.js';
import type { Requirements } from './fingerprint/types.js';
import type { WrittenPart } from './describe.js';
import type { Manifest } from './manifest.js';

export interface RecoveryFacts {
  /** It is written before any store was asked how it proved a part. */
  manifest: Omit<Manifest, 'parts'> & { parts: readonly WrittenPart[] };
  format: 'custom' | 'directory' | 'plain';
  content: 'all' | 'schema' | 'data';
  /** A plain dump that makes its own database. */
  createsDatabase: boolean;
  /** The command that fetches the files, one a store. */
  fetch: readonly string[];
  /** Schemas, tables or rows were left out. */
  filtered: boolean;
  /** What must be there first; undefined where the fingerprint that would tell is encrypted. */
  requires: Requirements | undefined;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The commands that turn a stored file into the one that PostgreSQL's programs read, and that file's name. */
function unpack(part: WrittenPart): { commands: string[]; file: string } {
  const commands: string[] = [];
  let file = part.file;
  const strip = (suffix: string): string => file.slice(0, -suffix.length);
  if (file.endsWith('.age')) {
    const identity = part.encryption === 'age-passphrase' ? '' : '-i key.txt ';
    commands.push(`age -d ${identity}-o ${strip('.age')} ${file}`);
    file = strip('.age');
  }
  const programs: Record<string, string> = {
    '.zst': 'zstd -d -f -q',
    '.gz': 'gzip -d -f',
    '.lz4': 'lz4 -d -f -q',
  };
  for (const [suffix, program] of Object.entries(programs)) {
    if (!file.endsWith(suffix)) continue;
    commands.push(suffix === '.lz4' ? `${program} ${file} ${strip(suffix)}` : `${program} ${file}`);
    file = strip(suffix);
  }
  if (file.endsWith('.tar')) {
    commands.push(`tar -xf ${file}`);
    file = strip('.tar');
  }
  return { commands, file };
}

/** `createdb` with the encoding and locale of the source, so that text sorts as it did. */
function createDatabase(server: Manifest['server']): string {
  const options = ['--template=template0', `--encoding=${shell(server.encoding)}`];
  if (server.collate !== null && server.ctype !== null)
    options.push(`--lc-collate=${shell(server.collate)}`, `--lc-ctype=${shell(server.ctype)}`);
  if (server.localeProvider === 'icu' && server.locale !== null) {
    options.push('--locale-provider=icu', `--icu-locale=${shell(server.locale)}`);
  }
  if (server.localeProvider === 'builtin' && server.locale !== null) {
    options.push('--locale-provider=builtin', `--builtin-locale=${shell(server.locale)}`);
  }
  return `createdb ${options.join(' ')} "$DB"`;
}

function requirementLines(facts: RecoveryFacts): string[] {
  if (facts.requires === undefined) {
    return [
      '# Parts of the database were left out. Before going on, decrypt fingerprint.json.age, if there is one, and create',
      '# the schemas and extensions that its "requires" lists.',
    ];
  }
  const statements = [
    ...facts.requires.schemas.map((schema) => `CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`),
    ...facts.requires.extensions.map(
      ({ name, schema }) => `CREATE EXTENSION IF NOT EXISTS ${identifier(name)} SCHEMA ${identifier(schema)}`,
    ),
  ];
  return [
    ...statements.map((sql) => `psql -X -v ON_ERROR_STOP=1 -d "$DB" -c ${shell(sql)}`),
    ...(facts.requires.others.length === 0
      ? []
      : [
          '# The backup refers to these objects and does not hold them: create them before going on.',
          ...facts.requires.others.map((name) => `#   ${printableLine(name)}`),
        ]),
  ];
}

function restoreLines(facts: RecoveryFacts, file: string): string[] {
  // A newer pg_dump sets what an older server does not know (transaction_timeout); that error is harmless.
  const strict = facts.manifest.tools.sameMajor;
  const psql = `psql -X -q${strict ? ' -v ON_ERROR_STOP=1' : ''}`;
  const pgRestore = `pg_restore${strict ? ' --exit-on-error' : ''}`;
  if (facts.content === 'data') {
    const restore =
      facts.format === 'plain'
        ? `${psql} -d "$DB" -f ${file}`
        : `${pgRestore} --data-only --dbname="$DB" ${file}`;
    return [
      'DB=restored   # a database that has the tables already, without rows: this backup holds rows alone',
      restore,
    ];
  }
  if (facts.createsDatabase) {
    return [
      `# Creates the database ${JSON.stringify(facts.manifest.database)}; there must be none of that name.`,
      `${psql} -d postgres -f ${file}`,
    ];
  }
  return [
    'DB=restored   # any new name',
    createDatabase(facts.manifest.server),
    ...requirementLines(facts),
    facts.format === 'plain' ? `${psql} -d "$DB" -f ${file}` : `${pgRestore} --jobs=4 --dbname="$DB" ${file}`,
  ];
}

/** With what belongs to the database itself, which only `--create` restores; no block where the archive is not all of it. */
function ownNameLines(facts: RecoveryFacts, file: string): string[] {
  const { database, tools } = facts.manifest;
  if (facts.format === 'plain' || facts.content !== 'all' || facts.filtered || /[\r\n]/.test(database))
    return [];
  return [
    `# Creates the database ${JSON.stringify(database)}; there must be none of that name.`,
    `pg_restore${tools.sameMajor ? ' --exit-on-error' : ''} --jobs=4 --create --dbname=postgres ${file}`,
  ];
}

/** `RECOVERY.md`: how to restore this very backup with nothing but stock programs. */
export function recoveryText(facts: RecoveryFacts): string {
  const { manifest } = facts;
  const database = manifest.parts.find((part) => part.file.startsWith('database.'));
  const globals = manifest.parts.find((part) => part.file.startsWith('globals.'));
  const restored = database === undefined ? { commands: [], file: '' } : unpack(database);
  const roles = globals === undefined ? undefined : unpack(globals);
  const ownName = ownNameLines(facts, restored.file);
  const key =
    database?.encryption === 'age-recipients'
      ? 'The files are encrypted with [age](https://age-encryption.org). `key.txt` is the identity file of one of the recipients.'
      : database?.encryption === 'age-passphrase'
        ? 'The files are encrypted with [age](https://age-encryption.org); it asks for the passphrase.'
        : 'The files are not encrypted.';
  const block = (lines: readonly string[]): string => ['```sh', ...lines, '```'].join('\n');
  return `${[
    `# Restore backup ${manifest.id} without pgkeep`,
    `Database ${JSON.stringify(manifest.database)} of ${manifest.snapshotAt}, PostgreSQL ${manifest.server.version}. Use \`psql\` and \`pg_restore\` ${manifest.tools.pg_dump.replace(/\D.*$/, '')} or newer. ${key}`,
    `## 1. Fetch the files`,
    'In an empty folder:',
    block(facts.fetch.map((command, index) => (index === 0 ? command : `# or: ${command}`))),
    `Their SHA-256 sums, to check with \`sha256sum\`:`,
    block(manifest.parts.map((part) => `echo '${part.sha256}  ${part.file}' | sha256sum -c -`)),
    `## 2. Unpack`,
    block([
      ...restored.commands,
      ...(roles?.commands ?? []),
      ...(restored.commands.length === 0 ? ['# nothing to unpack'] : []),
    ]),
    `## 3. Restore`,
    ...(manifest.tools.sameMajor
      ? []
      : [
          'The programs that made it are newer than the server was: an error about `transaction_timeout` or another unknown setting is harmless there.',
        ]),
    `Set \`PGHOST\`, \`PGPORT\`, \`PGUSER\` and \`PGPASSWORD\` for the server to restore to.`,
    block([
      ...(roles === undefined
        ? []
        : [
            '# Roles and tablespaces, without passwords. Errors about what exists already are harmless.',
            `psql -X -q -d postgres -f ${roles.file}`,
          ]),
      ...restoreLines(facts, restored.file),
    ]),
    ...(ownName.length === 0
      ? []
      : ['### Or: under its own name, with its settings and grants', block(ownName)]),
    ...(roles === undefined
      ? [
          facts.format === 'plain'
            ? 'The roles are not part of this backup: create those that it names first.'
            : 'The roles are not part of this backup: where they are missing, add `--no-owner --no-privileges` to `pg_restore`.',
        ]
      : []),
  ].join('\n\n')}\n`;
}
