import { chooseBackup } from '../backup/choose.js';
import { onlyFamily } from '../backup/catalogue.js';
import { writeLog } from '../backup/log.js';
import { CancelledError, UserError } from '../base/errors.js';
import { keysOf } from '../codec/index.js';
import { familyName } from '../inputs/name.js';
import { parseConnection } from '../postgres/connection/parse.js';
import type { Connection } from '../postgres/types.js';
import { openStore, openStores } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { isRed, totalsOf } from '../verify/result.js';
import type { Finding } from '../verify/types.js';
import { restoreChosen, type Performed } from './perform.js';
import type { RestoreResult } from './result.js';
import type { RestoreOptions } from './run-options.js';
import type { ChosenBackup } from './types.js';

/**
 * Puts a backup into a database: fetched and checked, planned, guarded, restored beside what is there, compared, and only
 * then swapped into place.
 * @throws when nothing was put into place for another reason than that it differs; the target is then as it was.
 */
export async function runRestore(options: RestoreOptions): Promise<RestoreResult> {
  const { inputs, env, reporter, signal } = options;
  const startedAt = new Date();
  const connection = parseConnection(inputs.databaseUrl ?? '', env);
  for (const secret of connection.secrets) reporter.mask(secret);
  const keys = await keysOf(inputs, reporter);
  const stores = await openStores(inputs.storage, options);
  let name = inputs.name === undefined ? undefined : familyName(inputs.name);
  let chosen: ChosenBackup | undefined;
  const log = (failure?: unknown): Promise<void> =>
    record(options, connection, { stores, name, chosen, startedAt, failure });
  try {
    name ??= await onlyFamily(stores);
    chosen = await chooseBackup(stores, {
      name,
      label: inputs.label,
      selector: inputs.backup,
      now: startedAt,
      reporter,
    });
    const { manifest, store } = chosen;
    reporter.info(`Restoring ${manifest.name}/${manifest.id} of ${manifest.snapshotAt}, from ${store.url}`);
    const performed = await restoreChosen(options, { chosen, connection, keys });
    const result = resultOf(performed, chosen, startedAt);
    await log(
      signal.aborted && result.database !== null
        ? new UserError('The run was cancelled when everything was restored already.')
        : result.outcome === 'differs'
          ? new UserError('What was restored differs from the backup.')
          : undefined,
    );
    return result;
  } catch (error) {
    await log(signal.aborted && !(error instanceof CancelledError) ? new CancelledError() : error);
    throw error;
  }
}

interface Recorded {
  stores: readonly Store[];
  name: string | undefined;
  chosen: ChosenBackup | undefined;
  startedAt: Date;
  failure: unknown;
}

/** How long a cancelled run tries to leave its line, in milliseconds: it has 6.5 seconds (`GRACE_MS`) for everything. */
const AFTER_CANCEL_MS = 2000;

/**
 * Leaves a line of history beside the backups; a dry run leaves none, and neither does a run that was cancelled before it
 * changed anything.
 */
async function record(
  { inputs, run, reporter, signal, env, artifacts }: RestoreOptions,
  connection: Connection,
  { stores, name, chosen, startedAt, failure }: Recorded,
): Promise<void> {
  if (inputs.dryRun || name === undefined || failure instanceof CancelledError) return;
  const asked = chosen === undefined ? stores : [chosen.store];
  // Nothing is written with the signal of a run that was cancelled.
  const open = ({ url }: Store): Promise<Store> =>
    openStore(url, { env, artifacts, signal: AbortSignal.timeout(AFTER_CANCEL_MS) });
  const told = signal.aborted ? await Promise.all(asked.map(open)) : asked;
  await writeLog({ stores: told, run, reporter, connection }, name, startedAt, {
    action: 'restore',
    backup: chosen?.manifest.id ?? null,
    ...(failure === undefined ? {} : { failure }),
  });
}

/** Null where nothing was compared at all. */
function matchesOf(findings: readonly Finding[]): boolean | null {
  return findings.some(({ verdict }) => verdict !== 'not measured') ? !findings.some(isRed) : null;
}

function resultOf(
  { plan, done, safetyBackup, compared }: Performed,
  { passedOver = [] }: ChosenBackup,
  startedAt: Date,
): RestoreResult {
  const findings = done?.findings ?? [];
  const red = findings.some(isRed);
  return {
    outcome: done === undefined ? 'planned' : red ? 'differs' : 'restored',
    plan,
    database: done?.database ?? null,
    previousDatabase: done?.previousDatabase ?? null,
    matches: compared ? matchesOf(findings) : null,
    totals: totalsOf(findings),
    findings: findings.filter(({ verdict }) => verdict !== 'equal'),
    safetyBackup: safetyBackup ?? null,
    passedOver: passedOver.map(({ why }) => why),
    notes: done?.notes ?? [],
    durationSeconds: (Date.now() - startedAt.getTime()) / 1000,
  };
}
