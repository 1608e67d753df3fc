import type { Connection } from '../types.js';
import { formatKeywords, parseKeywords } from './options.js';

/**
 * The connection with settings that hold from the very start of a session, on top of those that the user gave. The
 * server refuses the session where the role may not make them; `options` of a service file win over them.
 * @param settings by name, e.g. `{event_triggers: 'off'}`; values without blanks
 */
export function withStartupSettings(
  connection: Connection,
  settings: Readonly<Record<string, string>>,
): Connection {
  const added = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const extended = (given: string | undefined): string => [given ?? '', ...added].join(' ').trim();
  const options = parseKeywords(connection.conninfo()).get('options');
  if (options === undefined)
    return { ...connection, env: { ...connection.env, PGOPTIONS: extended(connection.env['PGOPTIONS']) } };
  return {
    ...connection,
    conninfo: (database) => {
      const all = parseKeywords(connection.conninfo(database));
      return formatKeywords(all.set('options', extended(options)));
    },
  };
}
