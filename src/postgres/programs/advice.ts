import { isDebianFamily, machineName, type Machine } from './machine.js';

/** What was looked for: the client programs, or those of a server of our own. */
export type Sought = 'client' | 'server';

/** What to do on this system to get the programs of a major, as the end of a message. */
export function advice(machine: Machine, major: number | undefined, sought: Sought = 'client'): string {
  const n = major === undefined ? 'N' : String(major);
  const server = sought === 'server';
  const bin = `or install them elsewhere and name their folder in \`postgres-bin\`${server ? ', or name a server of yours in `scratch-url`' : ''}`;
  const { id, like } = machine.os;
  const family = [id, ...like];
  if (machine.platform === 'darwin') return `Install them with \`brew install postgresql@${n}\`, ${bin}.`;
  if (machine.platform === 'win32')
    return `Install PostgreSQL ${n} from https://www.postgresql.org/download/windows/ (or \`choco install postgresql${n}\`), ${bin}.`;
  if (isDebianFamily(machine))
    return `Add PostgreSQL's apt repository (https://wiki.postgresql.org/wiki/Apt) and \`apt-get install postgresql-${server ? '' : 'client-'}${n}\`, ${bin}.`;
  if (family.includes('alpine'))
    return `Install them with \`apk add postgresql${n}${server ? ` postgresql${n}-contrib` : '-client'}\`, ${bin}.`;
  if (family.some((name) => ['fedora', 'rhel', 'centos'].includes(name)))
    return `Add PostgreSQL's yum repository (https://www.postgresql.org/download/linux/redhat/) and \`dnf install postgresql${n}${server ? `-server postgresql${n}-contrib` : ''}\`, ${bin}.`;
  return `Install the ${sought} programs of PostgreSQL ${n} (https://www.postgresql.org/download/), ${bin}.`;
}

/** The message of a search that found nothing. */
export function notFound(
  machine: Machine,
  major: number | undefined,
  tried: readonly string[],
  sought: Sought = 'client',
): string {
  const what =
    major === undefined
      ? `PostgreSQL's ${sought} programs`
      : `the ${sought} programs of PostgreSQL ${major} or newer`;
  const names = sought === 'server' ? 'postgres, initdb' : 'psql, pg_dump, pg_restore, pg_dumpall';
  const how = tried.length === 0 ? '' : `\nTried: ${tried.join('; ')}.`;
  return `Could not find or install ${what} (${names}) on ${machineName(machine)}.${how}\n${advice(machine, major, sought)}`;
}
