import type { Reporter } from '../base/reporter.js';
import type { BackupInputs } from '../inputs/values.js';
import { refuseLongerPolicy } from '../retention/artifact-days.js';
import { policyOf } from '../retention/inputs.js';
import { refuseOpenArtifacts, type ArtifactAccess } from '../storage/artifact/access.js';
import { artifactDays } from '../storage/artifact/days.js';
import { parseStorageUrl } from '../storage/url.js';

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
