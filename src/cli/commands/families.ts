import { chooseFamily } from '../../backup/catalogue.js';
import { familyName } from '../../inputs/name.js';
import { openStore } from '../../storage/registry.js';
import type { Store } from '../../storage/store.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

interface Where {
  storage: readonly string[];
  name: string | undefined;
  githubToken: string | undefined;
}

/**
 * Prints something of the family in each of the stores, one after the other: as JSON all in one list.
 * @param text what people read; the storages are told apart where there are several.
 */
export async function printEach(
  inputs: Where,
  json: boolean,
  context: CommandContext,
  read: (store: Store, name: string) => Promise<{ data: readonly object[]; text: string }>,
): Promise<void> {
  const all: object[] = [];
  for (const url of inputs.storage) {
    const store = await openStore(url, terminalOptions(context, inputs));
    const name = await chooseFamily(store, inputs.name === undefined ? undefined : familyName(inputs.name));
    const { data, text } = await read(store, name);
    all.push(...data.map((each) => ({ name, storage: url, ...each })));
    const title = inputs.storage.length > 1 ? `${url} ${name}\n` : '';
    if (!json) context.print(title + text);
  }
  if (json) context.print(`${JSON.stringify(all, null, 2)}\n`);
}
