import { basename, dirname } from 'node:path';
import type { ArtifactAccess, UploadedArtifact } from '../storage/artifact/access.js';
import { StoreError } from '../storage/errors.js';
import { uploadError } from './artifact-errors.js';

export interface ArtifactAccessOptions {
  /** The input `github-token`; on the command line GITHUB_TOKEN. Empty: artifacts cannot be used. */
  token: string | undefined;
  /** A folder on a disk: RUNNER_TEMP. */
  tempDir: string;
  isPublic: boolean;
  permission?: ArtifactAccess['permission'];
  env?: NodeJS.ProcessEnv;
  /** As `artifactDays` gives them. */
  retentionDays?: number | undefined;
}

/** How this process reaches the artifacts of its repository; undefined where it is not known which repository that is. */
export function artifactAccess({
  token,
  tempDir,
  isPublic,
  permission,
  env = process.env,
  retentionDays,
}: ArtifactAccessOptions): ArtifactAccess | undefined {
  const repository = env['GITHUB_REPOSITORY'];
  if (!repository) return undefined;
  // GitHub gives them to actions alone.
  const uploads = Boolean(env['ACTIONS_RUNTIME_TOKEN']) && Boolean(env['ACTIONS_RESULTS_URL']);
  return {
    repository,
    runId: env['GITHUB_RUN_ID'] || undefined,
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    serverUrl: env['GITHUB_SERVER_URL'] || 'https://github.com',
    token: token ?? '',
    tempDir,
    isPublic,
    permission,
    retentionDays,
    ...(uploads ? { upload } : {}),
  };
}

export async function upload(
  file: string,
  { retentionDays }: { retentionDays?: number | undefined },
): Promise<UploadedArtifact> {
  const name = basename(file);
  try {
    // A large part of the bundle: whoever stores elsewhere does not wait for it.
    const { DefaultArtifactClient } = await import('@actions/artifact');
    const made = await new DefaultArtifactClient().uploadArtifact(name, [file], dirname(file), {
      skipArchive: true,
      ...(retentionDays === undefined ? {} : { retentionDays }),
    });
    const { id, size, digest } = made;
    if (id === undefined || size === undefined || digest === undefined)
      throw new StoreError(`Could not make the artifact ${name}. GitHub did not say what became of it.`);
    return { id, bytes: size, sha256: digest };
  } catch (error) {
    throw error instanceof StoreError ? error : uploadError(error, name);
  }
}
