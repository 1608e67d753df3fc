import type { Manifest } from '../backup/manifest.js';
import { UserError } from '../base/errors.js';

const SELECTIONS = ['schemas', 'exclude-schemas', 'tables', 'exclude-tables', 'exclude-table-data'];

/**
 * What a backup lacks of its database, where it was made of a part: migrations do nothing to what is not there. One sentence each.
 * @throws UserError for a backup of rows alone.
 */
export function lacking({ options }: Pick<Manifest, 'options'>): string[] {
  if (options['content'] === 'data')
    throw new UserError(
      'The backup holds rows and no definitions (`content: data`), so no migration can be tried on it. Choose another one with `backup` or `label`.',
    );
  if (options['content'] === 'schema')
    return ['Lost data: the backup holds definitions and no rows (`content: schema`).'];
  const used = SELECTIONS.filter((name) => Array.isArray(options[name]) && options[name].length > 0);
  return used.length === 0
    ? []
    : [
        `What happens to the rest of the database: the backup holds a part of it (${used.map((name) => `\`${name}\``).join(', ')}).`,
      ];
}
