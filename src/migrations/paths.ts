import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../base/errors.js';
import type { CheckMigrationsInputs } from '../inputs/values.js';
import type { MigrationOptions } from './options.js';

type Paths = Pick<CheckMigrationsInputs, 'workingDirectory' | 'sanitize'>;

/** Where relative paths of the inputs begin, absolute: the repository that was checked out, or the folder that we were started in. */
export function workspaceOf({ env }: Pick<MigrationOptions, 'env'>): string {
  return resolve(env['GITHUB_WORKSPACE'] ?? '.');
}

/** The folder that the command runs in, absolute. */
export function workingFolder({ env, inputs }: Pick<MigrationOptions, 'env' | 'inputs'>): string {
  return resolve(workspaceOf({ env }), inputs.workingDirectory);
}

/**
 * Looks for what the inputs name before a backup is fetched for nothing.
 * @throws UserError where the folder or the file is missing: mostly the step that checks out the repository is.
 */
export async function requirePaths({ workingDirectory, sanitize }: Paths, workspace: string): Promise<void> {
  const folder = await stat(resolve(workspace, workingDirectory)).catch(() => undefined);
  if (folder?.isDirectory() !== true)
    throw new UserError(
      `Input "working-directory" is ${JSON.stringify(workingDirectory)}, and there is no such folder in ${workspace}. ${CHECKED_OUT}`,
    );
  if (sanitize === undefined) return;
  await access(resolve(workspace, sanitize), constants.R_OK).catch((error: unknown) => {
    throw new UserError(
      `Input "sanitize" is ${JSON.stringify(sanitize)}, and there is no such file in ${workspace} that can be read. ${CHECKED_OUT}`,
      { cause: error },
    );
  });
}

const CHECKED_OUT = 'In a workflow, check out the repository in a step before this one.';
