import { performance } from 'node:perf_hooks';
import { holdsNothing } from '../backup/fingerprint/nothing.js';
import { UserError } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import type { StagedBackup } from '../restore/types.js';
import { checkIndexes } from './amcheck.js';
import { expectTables, runChecks } from './checks.js';
import { compareRestored, type CompareRequest } from './compare/index.js';
import { runControl } from './control/index.js';
import { Copies } from './copies.js';
import { warnOfMissing } from './extensions.js';
import type { VerifyOptions } from './options.js';
import { openPlace, type Place } from './place.js';
import type { Proof } from './prove.js';
import { isRed } from './result.js';
import { roleFindings } from './roles.js';

export type Examined = Pick<
  Proof,
  'findings' | 'control' | 'serverVersion' | 'isolated' | 'neutralised' | 'warnings'
> & {
  seconds: { restore: number; compare: number };
};

/** Restores a staged backup into a scratch server, compares it, and puts the comparison itself to the test. */
export async function examine(options: VerifyOptions, staged: StagedBackup): Promise<Examined> {
  const { reporter } = options;
  refuseRowsAlone(staged);
  const place = await openPlace(options, staged);
  warnOfMissing(place, 'NOT VERIFIED', reporter);
  try {
    return await compareCopies(options, staged, place);
  } catch (error) {
    throw (await place.scratch.explain(error)) as Error;
  } finally {
    await place.scratch.stop();
  }
}

function refuseRowsAlone({ manifest }: StagedBackup): void {
  if (manifest.options['content'] !== 'data') return;
  throw new UserError(
    `Backup ${manifest.id} holds rows alone (content: data), which restore only into tables that are there. Verify a backup with content: all of the same database instead.`,
  );
}

/** What nothing was lost of proves nothing. */
function emptiness({ fingerprint }: StagedBackup, reporter: Reporter): string[] {
  if (fingerprint === undefined || !holdsNothing(fingerprint)) return [];
  const warning =
    'This backup holds nothing, no table and no other object, so that it restores proves nothing. Check that the backup is made of the right database.';
  reporter.warn(warning);
  return [warning];
}

/** Restores and compares on a server that is there. */
async function compareCopies(options: VerifyOptions, staged: StagedBackup, place: Place): Promise<Examined> {
  const copies = new Copies(options, staged, place);
  const { inputs, reporter, signal } = options;
  const named = await copies.makeRoles();
  const restoring = performance.now();
  const otherwise = await copies.makeDatabases();
  for (const sentence of otherwise) reporter.warn(sentence);
  const division = await copies.divide();
  const restored = await reporter.group('Restoring', () => copies.restore(division));
  const comparing = performance.now();
  const request: CompareRequest = {
    open: (name) => copies.open(name),
    programs: place.programs,
    connection: place.scratch.connection,
    database: copies.names.restored,
    reloadDatabase: copies.names.reloaded,
    fingerprint: staged.fingerprint,
    manifest: staged.manifest,
    otherwise,
    jobs: copies.jobs,
    signal,
    unfilled: restored.unfilled,
    ...(restored.toc === undefined ? {} : { toc: restored.toc }),
    ...(division === undefined ? {} : { leftOut: division.leftOut }),
  };
  const compared = await reporter.group('Comparing', () => compareRestored(request));
  const findings = [
    ...restored.findings,
    ...compared,
    ...roleFindings(named, place.globals, {
      bootstrapRole: place.bootstrapRole,
      encoding: staged.manifest.server.encoding,
    }),
    ...(await expectTables(request.open, inputs.expectTables)),
    ...(await runChecks(request.open, inputs.checks)),
    ...(await checkIndexes(request.open, copies.jobs)),
  ];
  const control =
    inputs.control && !findings.some(isRed)
      ? await runControl(request, options.random)
      : { findings: [], control: { outcome: 'not run', damage: null } as const };
  return {
    findings: [...findings, ...control.findings],
    control: control.control,
    serverVersion: place.scratch.version,
    isolated: place.scratch.isolated,
    neutralised: restored.neutralised,
    warnings: emptiness(staged, reporter),
    seconds: {
      restore: (comparing - restoring) / 1000,
      compare: (performance.now() - comparing) / 1000,
    },
  };
}
