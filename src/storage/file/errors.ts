import { codeOf, messageOf } from '../../base/errors.js';
import { StoreError } from '../errors.js';

/** What is to be done about the causes that a user can do something about. */
const SENTENCES: Record<string, string> = {
  ENOSPC: 'The disk is full. Free some space, or store the backups elsewhere.',
  EDQUOT: 'The disk quota of this user is used up. Free some space, or store the backups elsewhere.',
  EROFS: 'The file system is mounted read-only. Choose a folder that can be written.',
  EACCES:
    'The user that runs this has no permission there. Change the permissions, or choose another folder.',
  EPERM: 'The system does not allow this. Change the permissions, or choose another folder.',
  ENOTDIR: 'A part of that path is a file, not a folder. Check the storage URL.',
  EISDIR: 'A folder stands where a file belongs. Check the storage URL.',
  ENAMETOOLONG: 'The name is too long for this file system. Use a shorter name or path.',
  EFBIG: 'The file is larger than this file system allows. Store the backups elsewhere.',
  EIO: 'The disk reported a fault. Check its health before trusting what it holds.',
  EMFILE: 'Too many files are open. Raise the limit (ulimit -n).',
};

/** Turns what the file system said into an error that names the path and says what to do. `doing`: `write /backups/x`. */
export function fileError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  if (code === 'ENOENT')
    return new StoreError(`Could not ${doing}: there is no such file.`, { notFound: true });
  const sentence = code === undefined ? undefined : SENTENCES[code];
  if (sentence !== undefined) return new StoreError(`Could not ${doing}. ${sentence}`, { cause: error });
  return new StoreError(`Could not ${doing}: ${messageOf(error)}`, { cause: error });
}
