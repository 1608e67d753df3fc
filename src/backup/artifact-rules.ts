import type { Reporter } from '../base/reporter.js';
import type { BackupInputs } from '../inputs/values.js';
import { refuseLongerPolicy } from '../retention/artifact-days.js';
import { policyOf } from '../retention/inputs.js';
import { refuseOpenArtifacts, type ArtifactAccess } from '../storage/artifact/access.js';
import { gbHoursText } from '../storage/artifact/cost.js';
import { artifactDays } from '../storage/artifact/days.js';
import type { Store } from '../storage/store.js';
import { parseStorageUrl } from '../storage/url.js';
import { idTime, isId } from './id.js';
import { totalBytes, type Manifest } from './manifest.js';
import type { RunResult } from './result.js';
import type { BackupContext } from './types.js';

/**
 * What holds for backups that go to artifacts, before anything is asked of a server; undefined where none of them does.
 * @returns how long they are kept, in days
 * @throws UserError for a backup that everybody could read, or a policy that keeps longer than artifacts live
 */
export function checkArtifacts(
  inputs: BackupInputs,
  {
    artifacts,
    encrypted,
    env,
    reporter,
  }: {
    artifacts: ArtifactAccess | undefined;
    encrypted: boolean;
    env: NodeJS.ProcessEnv;
    reporter: Pick<Reporter, 'warn'>;
  },
): number | undefined {
  if (!inputs.storage.some((url) => parseStorageUrl(url).scheme === 'artifact')) return undefined;
  refuseOpenArtifacts({ isPublic: artifacts?.isPublic ?? true, encrypted });
  const { days, note } = artifactDays(inputs.artifactRetentionDays, env);
  if (note !== undefined) reporter.warn(note);
  refuseLongerPolicy(policyOf(inputs), days);
  return days;
}

const HOUR_MS = 3_600_000;

/** Says what artifacts cost at the size and pace of these backups, once there are two of a family. */
export async function tellArtifactCost(
  { stores, reporter }: Pick<BackupContext, 'stores' | 'reporter'>,
  days: number | undefined,
  { results }: Pick<RunResult, 'results'>,
): Promise<void> {
  const store = stores.find(({ url }) => parseStorageUrl(url).scheme === 'artifact');
  if (store === undefined || days === undefined) return;
  for (const { manifest } of results) {
    const cost = await artifactCost(store, manifest, days);
    if (cost !== undefined) reporter.info(`${manifest.name}: ${cost}`);
  }
}

/**
 * What a month of backups like this one costs in artifacts, by the time since the one before it; undefined for the first
 * one, and where it cannot be found out.
 * @param days how long they are kept
 */
export async function artifactCost(
  store: Pick<Store, 'folders'>,
  manifest: Manifest,
  days: number,
): Promise<string | undefined> {
  const ids = (await store.folders(`${manifest.name}/`).catch(() => [])).filter(isId).sort();
  const before = ids.filter((id) => id < manifest.id).at(-1);
  if (before === undefined) return undefined;
  const everyHours = (idTime(manifest.id).getTime() - idTime(before).getTime()) / HOUR_MS;
  return gbHoursText({ bytes: totalBytes(manifest), everyHours: Math.max(1, everyHours), days });
}
