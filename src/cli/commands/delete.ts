import type { DeleteInputs } from '../../inputs/values.js';
import { deleteBackup } from '../../retention/delete.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep delete <id>`. Prints what is gone. @throws when it is to be kept, or could not be removed whole. */
export async function deleteCommand(
  id: string,
  inputs: DeleteInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const deleted = await deleteBackup({ ...terminalOptions(context, inputs), id, inputs });
  context.print(
    json
      ? `${JSON.stringify(deleted, null, 2)}\n`
      : deleted.map(({ storage, name }) => `${name}/${id} is gone from ${storage}\n`).join(''),
  );
}
