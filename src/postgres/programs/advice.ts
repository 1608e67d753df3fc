import { isDebianFamily, machineName, type Machine } from './machine.js';

/** What to do on this system to get the clients of a major, as the end of a message. */
export function advice(machine: Machine, major: number | undefined): string {
  const n = major === undefined ? 'N' : String(major);
  const bin = `or install them elsewhere and name their folder in \`postgres-bin\``;
  const { id, like } = machine.os;
  const family = [id, ...like];
  if (machine.platform === 'darwin') return `Install them with \`brew install postgresql@${n}\`, ${bin}.`;
  if (machine.platform === 'win32')
    return `Install PostgreSQL ${n} from https://www.postgresql.org/download/windows/ (or \`choco install postgresql${n}\`), ${bin}.`;
  if (isDebianFamily(machine))
    return `Add PostgreSQL's apt repository (https://wiki.postgresql.org/wiki/Apt) and \`apt-get install postgresql-client-${n}\`, ${bin}.`;
  if (family.includes('alpine')) return `Install them with \`apk add postgresql${n}-client\`, ${bin}.`;
  if (family.some((name) => ['fedora', 'rhel', 'centos'].includes(name)))
    return `Add PostgreSQL's yum repository (https://www.postgresql.org/download/linux/redhat/) and \`dnf install postgresql${n}\`, ${bin}.`;
  return `Install the client programs of PostgreSQL ${n} (https://www.postgresql.org/download/), ${bin}.`;
}

/** The message of a search that found nothing. */
export function notFound(machine: Machine, major: number | undefined, tried: readonly string[]): string {
  const what =
    major === undefined
      ? "PostgreSQL's client programs"
      : `the client programs of PostgreSQL ${major} or newer`;
  const how = tried.length === 0 ? '' : `\nTried: ${tried.join('; ')}.`;
  return `Could not find or install ${what} (psql, pg_dump, pg_restore, pg_dumpall) on ${machineName(machine)}.${how}\n${advice(machine, major)}`;
}
