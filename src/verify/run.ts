import { randomInt } from 'node:crypto';
import { chooseBackup } from '../backup/choose.js';
import { onlyFamily } from '../backup/catalogue.js';
import { writeLog } from '../backup/log.js';
import { writeVerified } from '../backup/verified.js';
import { CancelledError, messageOf } from '../base/errors.js';
import { formatDuration, plural } from '../base/units.js';
import { keysOf } from '../codec/index.js';
import { familyName } from '../inputs/name.js';
import type { ChosenBackup } from '../restore/types.js';
import { openStores } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { ageOf } from './age.js';
import { newerFindings, newerWarnings } from './newer.js';
import type { VerifyOptions } from './options.js';
import { prove } from './prove.js';
import { isRed, totalsOf, verifiedOf } from './result.js';
import type { Finding, VerifyReport, VerifyResult } from './types.js';

/**
 * Proves that a backup restores: fetches it, restores it into a scratch server and compares that with what the
 * database held at the dump's own snapshot. The verdict is stored beside the backup.
 * @throws when it did not come to a verdict; a backup that is damaged or differs is a verdict, `failed`.
 */
export async function runVerify(options: VerifyOptions): Promise<VerifyResult> {
  const { inputs, reporter, signal } = options;
  const keys = await keysOf(inputs, reporter);
  if (inputs.scratchUrl !== undefined) reporter.mask(inputs.scratchUrl);
  const stores = await openStores(inputs.storage, options);
  const startedAt = new Date();
  let name = inputs.name === undefined ? undefined : familyName(inputs.name);
  let chosen: ChosenBackup | undefined;
  const log = (store: Store | undefined, failure?: unknown): Promise<void> =>
    name === undefined
      ? Promise.resolve()
      : writeLog(
          { stores: store === undefined ? stores : [store], run: options.run, reporter },
          name,
          startedAt,
          {
            action: 'verify',
            backup: chosen?.manifest.id ?? null,
            ...(failure === undefined ? {} : { failure }),
          },
        );
  try {
    name ??= await onlyFamily(stores);
    chosen = await chooseBackup(stores, {
      name,
      label: inputs.label,
      selector: inputs.backup,
      now: startedAt,
      pick: options.random ?? ((below) => randomInt(below)),
      reporter,
    });
    const result = await verifyChosen(options, chosen, keys, startedAt);
    const red = result.report.findings.find(isRed);
    await log(chosen.store, red === undefined ? undefined : new Error(`Verification failed: ${red.kind}.`));
    return result;
  } catch (error) {
    await log(chosen?.store, signal.aborted ? new CancelledError() : error);
    throw error;
  }
}

async function verifyChosen(
  options: VerifyOptions,
  chosen: ChosenBackup,
  keys: Parameters<typeof prove>[1]['keys'],
  startedAt: Date,
): Promise<VerifyResult> {
  const { inputs, reporter } = options;
  const { manifest, store } = chosen;
  reporter.info(`Verifying ${manifest.name}/${manifest.id} of ${manifest.snapshotAt}, from ${store.url}`);
  const age: Finding[] = inputs.maxAge === undefined ? [] : [ageOf(manifest, inputs.maxAge, startedAt)];
  const proof = await prove(options, { chosen, keys });
  const findings = [...age, ...newerFindings(chosen.passedOver), ...proof.findings];
  const finishedAt = new Date();
  const report: VerifyReport = {
    version: 1,
    verdict: findings.some(isRed) ? 'failed' : 'passed',
    backupId: manifest.id,
    name: manifest.name,
    label: manifest.label,
    database: manifest.database,
    snapshotAt: manifest.snapshotAt,
    storage: store.url,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    server: {
      scratch: proof.serverVersion,
      source: manifest.server.version,
      isolated: proof.isolated,
    },
    bytes: proof.bytes,
    seconds: { ...proof.seconds, total: (finishedAt.getTime() - startedAt.getTime()) / 1000 },
    totals: totalsOf(findings),
    control: proof.control,
    neutralised: proof.neutralised,
    warnings: [...newerWarnings(chosen.passedOver), ...proof.warnings],
    findings,
  };
  tell(report, options);
  const stored = await storeVerdict(report, chosen, options);
  return { report, stored };
}

function tell({ verdict, totals, seconds, name, backupId }: VerifyReport, { reporter }: VerifyOptions): void {
  const { equal, different, notMeasured } = totals;
  reporter.info(
    `${name}/${backupId} ${verdict} verification in ${formatDuration(seconds.total)}: ${plural(equal, 'thing')} equal, ${different} different, ${notMeasured} not measured.`,
  );
}

/** Stores the verdict. A store that does not take it leaves a verdict that nobody will find, which is not green. */
async function storeVerdict(
  report: VerifyReport,
  { store, manifest }: ChosenBackup,
  { version, run, reporter }: VerifyOptions,
): Promise<string | undefined> {
  const verified = verifiedOf(report, { pgkeep: version, runUrl: run.runUrl, totals: manifest.totals });
  try {
    return await writeVerified(store, manifest.name, verified);
  } catch (error) {
    reporter.warn(`${store.url} did not take the verdict. ${messageOf(error)}`);
    return undefined;
  }
}
