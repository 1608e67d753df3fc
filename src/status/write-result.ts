import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, messageOf, UserError } from '../base/errors.js';

/** Writes a file that an input names, and the folders above it. @throws UserError when that cannot be done. */
export async function writeResult(
  input: 'badge' | 'report' | 'html',
  file: string,
  text: string,
): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new UserError(
      `The ${input} cannot be written to ${file} (${codeOf(error) ?? messageOf(error)}). Name a file in a folder that this user may write to.`,
      { cause: error },
    );
  }
}
