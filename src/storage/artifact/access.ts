import { UserError } from '../../base/errors.js';

/** What GitHub says of an artifact that was just made. */
export interface UploadedArtifact {
  id: number;
  bytes: number;
  /** Hex. */
  sha256: string;
}

/**
 * Makes an artifact of the run that we are part of, of one file as it is; the file's name is the artifact's.
 * @throws StoreError, with the code `NAME_TAKEN` when the run has one of that name.
 */
export type UploadArtifact = (
  file: string,
  options: { retentionDays?: number | undefined },
) => Promise<UploadedArtifact>;

/** `actions: read` or `actions: write`; to write is to read, too. */
export type ArtifactPermission = 'read' | 'write';

/** How a repository's artifacts are reached. */
export interface ArtifactAccess {
  /** `owner/repository` */
  repository: string;
  /** The run that we are part of. */
  runId?: string | undefined;
  /** `https://api.github.com` */
  apiUrl: string;
  /** `https://github.com` */
  serverUrl: string;
  /** Empty where there is none. */
  token: string;
  /** What the whole run needs of the token, for messages; absent: each request says what it needs itself. */
  permission?: ArtifactPermission | undefined;
  /** Where a file is staged before it is sent. */
  tempDir: string;
  /** True unless GitHub says that the repository is private: everybody can read the artifacts of a public one. */
  isPublic: boolean;
  /** How long new artifacts are kept; absent: as long as the repository keeps them. */
  retentionDays?: number | undefined;
  /** Absent outside of a workflow run: artifacts can then be listed, read and deleted, not made. */
  upload?: UploadArtifact | undefined;
}

/** The code of the error for a name that the run has already given. */
export const NAME_TAKEN = 'NAME_TAKEN';
/** The code of the error for bytes that do not match their digest. */
export const DAMAGED = 'DAMAGED';

/**
 * Whether this is GitHub itself: github.com, *.ghe.com or *.localhost. GitHub Enterprise Server has no artifacts of the
 * kind that pgkeep makes. (The rule of @actions/artifact, `isGhes`.)
 */
export function isEnterpriseServer(serverUrl: string): boolean {
  const { hostname } = new URL(serverUrl);
  return hostname !== 'github.com' && !/\.(ghe\.com|localhost)$/.test(hostname);
}

/** @throws UserError that says what is missing. */
export function requireAccess(access: ArtifactAccess | undefined): ArtifactAccess {
  if (access === undefined)
    throw new UserError(
      "artifact:// stores backups as artifacts of a GitHub repository, and it is not known of which. In a workflow that is the workflow's own; on the command line set GITHUB_REPOSITORY=owner/repository and GITHUB_TOKEN.",
    );
  if (!/^[\w.-]+\/[\w.-]+$/.test(access.repository))
    throw new UserError(
      'GITHUB_REPOSITORY names no repository. artifact:// needs it in the form owner/repository.',
    );
  if (isEnterpriseServer(access.serverUrl))
    throw new UserError(
      `artifact:// does not work on GitHub Enterprise Server (${new URL(access.serverUrl).hostname}): its artifacts are of an older kind, zip files only. Use s3://bucket/prefix or file:///path.`,
    );
  if (access.token === '')
    throw new UserError(
      'artifact:// needs a token to list and read artifacts. In a workflow leave github-token at its default; on the command line set GITHUB_TOKEN to a token with the permission actions: read.',
    );
  return access;
}

/**
 * Everybody can read the artifacts of a public repository.
 * @throws UserError for a backup that is not encrypted.
 */
export function refuseOpenArtifacts({
  isPublic,
  encrypted,
}: {
  isPublic: boolean;
  encrypted: boolean;
}): void {
  if (isPublic && !encrypted)
    throw new UserError(
      'This repository is public, so everybody can download its artifacts, and the backup is not encrypted. Set recipients (age public keys) or passphrase, or use another storage.',
    );
}
