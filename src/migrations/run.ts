import { randomInt } from 'node:crypto';
import { onlyFamily } from '../backup/catalogue.js';
import { chooseBackup } from '../backup/choose.js';
import { keysOf } from '../codec/index.js';
import { familyName } from '../inputs/name.js';
import { stageBackup } from '../restore/stage/index.js';
import type { ChosenBackup } from '../restore/types.js';
import { openStores } from '../storage/registry.js';
import { factsOf, gate, howFailed, isQuery, locate, NOT_ASKED, type Seen } from './judge/index.js';
import type { MigrationOptions } from './options.js';
import { lacking } from './part.js';
import { requirePaths, workingFolder, workspaceOf } from './paths.js';
import { rehearse, type Rehearsed } from './rehearse.js';
import { silenceOf } from './silence.js';
import type { Fact, MigrationReport, Statement } from './types.js';
import { withoutValues } from './values.js';

/**
 * Tries a command on a restored backup and says what it did. A command that fails, loses data or takes too long is a
 * result. Nothing is written to the storage: a key that can only read is enough, and safer where a pull request's code runs.
 * @throws when nothing could be tried: no backup, one that does not restore, a sanitizing script that fails.
 */
export async function checkMigrations(options: MigrationOptions): Promise<MigrationReport> {
  const { inputs, reporter, signal, tempDir } = options;
  const startedAt = new Date();
  await requirePaths(inputs, workspaceOf(options));
  const keys = await keysOf(inputs, reporter);
  const chosen = await choose(options, startedAt);
  const { manifest } = chosen;
  const lacks = lacking(manifest);
  reporter.info(
    `Migrations are tried on ${manifest.name}/${manifest.id} of ${manifest.snapshotAt}, from ${chosen.store.url}`,
  );
  const staged = await reporter.group('Fetching the backup', () =>
    stageBackup({ chosen, keys, tempDir, tools: options, fallback: true, reporter, signal }),
  );
  try {
    const rehearsed = await rehearse(options, staged);
    const { notMeasured } = rehearsed;
    const silence = silenceOf(rehearsed);
    for (const sentence of silence) reporter.warn(sentence);
    return await judged(options, chosen, startedAt, {
      ...rehearsed,
      notMeasured: [...silence, ...lacks, ...notMeasured],
    });
  } finally {
    await staged.remove();
  }
}

async function choose(options: MigrationOptions, now: Date): Promise<ChosenBackup> {
  const { inputs, reporter } = options;
  const stores = await openStores(inputs.storage, options);
  const name = inputs.name === undefined ? await onlyFamily(stores) : familyName(inputs.name);
  return chooseBackup(stores, {
    name,
    label: inputs.label,
    selector: inputs.backup,
    now,
    pick: (below) => randomInt(below),
    reporter,
  });
}

async function judged(
  options: MigrationOptions,
  { manifest }: ChosenBackup,
  startedAt: Date,
  rehearsed: Rehearsed,
): Promise<MigrationReport> {
  const { inputs } = options;
  const { command, observed, effects, newRoles } = rehearsed;
  const facts = factsOf(
    {
      command,
      statements: observed.statements,
      locks: observed.locks,
      effects,
      ...undone(rehearsed),
      newRoles,
      blind: rehearsed.blind,
      silent: observed.silent,
      hiding: observed.hiding,
    },
    { failOn: inputs.failOn, maxLockMs: inputs.maxLockDuration },
  );
  if (command.outcome === 'failed' || command.outcome === 'not found')
    if (!inputs.failOn.includes('error'))
      options.reporter.warn(`The command ${howFailed(command)}. ${NOT_ASKED}`);
  const loses = facts.some(({ kind, fails }) => kind === 'data-loss' && fails);
  return {
    version: 1,
    ...gate(facts, loses ? await options.approval?.() : undefined),
    backupId: manifest.id,
    name: manifest.name,
    snapshotAt: manifest.snapshotAt,
    server: rehearsed.serverVersion,
    databaseBytes: manifest.databaseBytes,
    startedAt: startedAt.toISOString(),
    seconds: rehearsed.seconds,
    command,
    statements: await located(options, observed.statements, facts),
    statementsLeftOut: observed.leftOut,
    locks: observed.locks,
    effects,
    schema: rehearsed.schema,
    facts,
    notMeasured: rehearsed.notMeasured,
  };
}

/** What the command had begun and not ended; one that failed undoes that by itself. */
function undone({ command, observed }: Rehearsed): Pick<Seen, 'openTransactions' | 'running'> {
  if (command.outcome !== 'succeeded') return { openTransactions: 0, running: 0 };
  const open = observed.openTransactions;
  return {
    openTransactions: open.filter(({ how, wrote }) => how !== 'running' && wrote).length,
    // What waits for a lock has written nothing yet.
    running: open.filter(
      ({ how, wrote, statement }) =>
        how === 'running' && (wrote || !isQuery(observed.statements[statement ?? -1]?.sql ?? '')),
    ).length,
  };
}

/** The statements as they may be shown; those that a fact is about are looked for in the files before. */
async function located(
  options: MigrationOptions,
  statements: readonly Statement[],
  facts: readonly Fact[],
): Promise<Statement[]> {
  const wanted = [...new Set(facts.flatMap(({ statement }) => (statement === undefined ? [] : [statement])))];
  const places = await locate(
    workingFolder(options),
    wanted.map((index) => statements[index]?.sql ?? ''),
  );
  const found = new Map(wanted.map((index, position) => [index, places[position]]));
  return statements.map((statement, index) => {
    const file = found.get(index);
    return { ...statement, sql: withoutValues(statement.sql), ...(file === undefined ? {} : { file }) };
  });
}
