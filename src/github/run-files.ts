import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.js';
import { artifactDays } from '../storage/artifact/days.js';
import { upload } from './artifacts.js';

/** A run can be started again for 30 days (docs.github.com, "Re-running workflows and jobs"). */
const KEPT_DAYS = 30;

/**
 * Leaves a small text for later jobs of this run, as an artifact. It needs no permission; everybody who may read the
 * repository can read it.
 * @throws StoreError
 */
export async function leaveForRun(name: string, text: string, tempDir: string): Promise<void> {
  const folder = await mkdtemp(join(tempDir, 'pgkeep-run-'));
  try {
    const file = join(folder, name);
    await writeFile(file, text);
    const { retentionDays } = artifactDays(KEPT_DAYS, process.env);
    await upload(file, { retentionDays });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a job of this run left under a name; undefined where none did. */
export async function leftInRun(name: string, tempDir: string): Promise<string | undefined> {
  const { DefaultArtifactClient, ArtifactNotFoundError } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  const folder = await mkdtemp(join(tempDir, 'pgkeep-run-'));
  try {
    const { artifact } = await client.getArtifact(name);
    const { digest } = artifact;
    const { digestMismatch } = await client.downloadArtifact(artifact.id, {
      path: folder,
      ...(digest === undefined ? {} : { expectedHash: digest }),
    });
    const [file] = await readdir(folder);
    if (digestMismatch === true || file === undefined)
      throw new UserError(`The artifact ${name} of this run did not arrive whole. Run this job again.`);
    return await readFile(join(folder, file), 'utf8');
  } catch (error) {
    if (error instanceof ArtifactNotFoundError) return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
