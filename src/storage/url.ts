import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../base/errors.js';
import { parseS3Url, type S3Location } from './s3/location.js';

/** A storage URL, understood. `url` is as the user wrote it. */
export type StorageUrl =
  | { scheme: 'file'; url: string; root: string }
  | { scheme: 's3'; url: string; s3: S3Location }
  | { scheme: 'artifact'; url: string };

/** The schemes there are, as messages name them. */
export const KNOWN_SCHEMES = ['artifact://', 's3://bucket/prefix', 'file:///path'];

const ALL_SCHEMES = new Intl.ListFormat('en', { type: 'disjunction' }).format(KNOWN_SCHEMES);

/**
 * Understands a storage URL without touching the storage.
 * @throws UserError for anything that is not exactly right; the message never repeats what may be a secret.
 */
export function parseStorageUrl(text: string): StorageUrl {
  const url = text.trim();
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(url);
  const scheme = match?.[1]?.toLowerCase();
  if (scheme === undefined || match === null)
    throw new UserError(`A storage is named by a URL: ${ALL_SCHEMES}. This has no scheme at its start.`);
  const rest = match[2] ?? '';
  if (scheme === 'file') return { scheme, url, root: parseFileUrl(rest) };
  if (scheme === 'artifact') {
    if (rest !== '//')
      throw new UserError(
        'artifact:// has nothing after the slashes: it is always the artifacts of the repository that the workflow is of.',
      );
    return { scheme, url };
  }
  if (scheme === 's3') return { scheme, url, s3: parseS3Url(rest) };
  throw new UserError(`There is no storage of the kind "${scheme}:". Use ${ALL_SCHEMES}.`);
}

/**
 * Tells where a storage URL leads, the same for two ways of writing one place: a slash at its end, a percent-encoding, a
 * parameter that says how objects are stored and not where. What is not understood stands for itself.
 */
export function placeOf(text: string): string {
  let url: StorageUrl;
  try {
    url = parseStorageUrl(text);
  } catch (error) {
    if (error instanceof UserError) return text;
    throw error;
  }
  if (url.scheme === 'file') return JSON.stringify([url.scheme, resolve(url.root)]);
  if (url.scheme === 'artifact') return JSON.stringify([url.scheme]);
  const { bucket, prefix, endpoint, profile } = url.s3;
  // A profile may name an endpoint of its own.
  return JSON.stringify([url.scheme, bucket, prefix, endpoint ?? '', profile ?? '']);
}

function parseFileUrl(rest: string): string {
  if (!rest.startsWith('///'))
    throw new UserError('A file storage needs an absolute path: file:///var/backups, with three slashes.');
  if (/[?#]/.test(rest))
    throw new UserError(
      'A file storage URL takes no parameters. Write ? as %3F and # as %23 where the path has them.',
    );
  let root: string;
  try {
    root = fileURLToPath(`file:${rest}`);
  } catch (error) {
    throw new UserError(`The path of the file storage URL cannot be read: ${messageOf(error)}`);
  }
  if (root.includes('\0')) throw new UserError('The path of the file storage URL holds a NUL character.');
  if (/^([A-Za-z]:)?[\\/]*$/.test(root))
    throw new UserError(
      'The file storage URL names the root of the file system. Name a folder: file:///var/backups.',
    );
  return root;
}
