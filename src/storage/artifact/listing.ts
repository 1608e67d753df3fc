import { StoreError } from '../errors.js';
import type { ArtifactApi } from './rest.js';
import type { Purpose } from './rest-errors.js';

/** One artifact of the repository, as GitHub lists it. */
export interface Artifact {
  id: number;
  name: string;
  bytes: number;
  created: Date;
  runId: number;
  /** Hex; undefined where GitHub tells none, or one of another kind. */
  sha256: string | undefined;
}

/** A page of a list, and how much there is in all (artifacts that do not count among them). */
export interface Page {
  artifacts: Artifact[];
  total: number;
}

export const PAGE = 100;

interface Listed {
  id: number;
  name: string;
  size_in_bytes: number;
  expired: boolean;
  created_at: string | null;
  digest?: string | null;
  workflow_run?: { id?: number; repository_id?: number; head_repository_id?: number } | null;
}

/** Which artifacts to list: all of the repository, those of one run, and only those of one exact name. */
export interface Wanted {
  run?: number;
  name?: string;
}

/** All pages of a list. @throws StoreError when what came is not all: then nothing may be concluded from it. */
export async function* listPages(api: ArtifactApi, wanted: Wanted): AsyncIterable<Page> {
  const purpose: Purpose = { doing: `list the artifacts of ${api.repository}`, permission: 'read' };
  const base = wanted.run === undefined ? '/artifacts' : `/runs/${wanted.run}/artifacts`;
  const name = wanted.name === undefined ? '' : `&name=${encodeURIComponent(wanted.name)}`;
  const seen = new Set<number>();
  let atFirst: number | undefined;
  for (let page = 1; ; page += 1) {
    const answer = await api.json(`${base}?per_page=${PAGE}&page=${page}${name}`, purpose);
    const { total, listed } = understood(answer, purpose);
    atFirst ??= total;
    for (const { id } of listed) seen.add(id);
    yield { artifacts: listed.flatMap(artifactOf), total };
    if (seen.size >= atFirst) return;
    // New ones come first and move others to pages that are still to come; one that was deleted moves another to a page
    // that we have read already.
    if (listed.length < PAGE)
      throw new StoreError(
        `Could not ${purpose.doing}. The list changed while it was read, or GitHub ended it half-way, so it cannot be trusted.`,
        { retryable: true },
      );
  }
}

/** All of a list at once. */
export async function listAll(api: ArtifactApi, wanted: Wanted): Promise<Artifact[]> {
  const all: Artifact[] = [];
  for await (const { artifacts } of listPages(api, wanted)) all.push(...artifacts);
  return all;
}

/** One artifact by its id. @throws StoreError, with `notFound` where there is none that counts. */
export async function artifactById(api: ArtifactApi, id: number, purpose: Purpose): Promise<Artifact> {
  const [artifact] = artifactOf((await api.json(`/artifacts/${id}`, purpose)) as Listed);
  if (artifact === undefined)
    throw new StoreError(`Could not ${purpose.doing}. It has expired, or is of a fork.`, { notFound: true });
  return artifact;
}

function understood(answer: unknown, { doing }: Purpose): { total: number; listed: Listed[] } {
  const { total_count: total, artifacts: listed } = answer as { total_count?: unknown; artifacts?: unknown };
  if (typeof total !== 'number' || !Array.isArray(listed))
    throw new StoreError(`Could not ${doing}. What GitHub answered is no list of artifacts.`);
  return { total, listed: listed as Listed[] };
}

/** Nothing for one that has expired, and for one that a fork's run made: anybody can open a pull request. */
function artifactOf(listed: Listed): Artifact[] {
  const { id, name, size_in_bytes: bytes, expired, created_at: created, digest, workflow_run: run } = listed;
  if (expired || run?.id === undefined || run.repository_id === undefined) return [];
  if (run.head_repository_id !== run.repository_id) return [];
  const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(digest ?? '') ?? [];
  return [{ id, name, bytes, created: new Date(created ?? 0), runId: run.id, sha256 }];
}
