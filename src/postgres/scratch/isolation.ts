import type { ServerUser } from './run-as.js';

/**
 * Runs as root of the new namespaces, before the server's user takes over. /run goes, for the sockets there would be a
 * way out (resolvers, D-Bus, container engines). The loopback comes up, where it can be: PostgreSQL 13 and 14 collect
 * statistics over it, and without it each session that reads them first waits for 10 seconds. Without iproute2, only
 * the system's root can do it.
 */
const PREPARE = `mount -t tmpfs -o mode=755 none /run || exit
(ip link set lo up || { mount -t sysfs none /sys && echo 1 >/sys/class/net/lo/flags; umount /sys; }) >/dev/null 2>&1
exec "$@"`;

/**
 * The words in front of a command that make it run as that user in a network of its own, which leads nowhere; none of
 * these programs forks, so that the command has the process id of the first, or of what sudo started. Needs unshare(1)
 * of util-linux 2.36 or newer, and the right to make namespaces: as root, or by a user namespace, which also keeps the
 * command from reading the memory and the environment of our processes although they are the same user's.
 * @returns undefined where it cannot be tried
 */
export function isolatingPrefix(user: ServerUser, env: Record<string, string>): string[] | undefined {
  if (user.ids === undefined) return undefined;
  const uid = String(user.ids.uid);
  const gid = String(user.ids.gid);
  const self = user.how === 'self';
  return [
    ...(user.how === 'sudo' ? ['sudo', '-n', '--'] : []),
    ...['unshare', ...(self ? ['--user', '--map-root-user'] : []), '--net', '--mount', '--'],
    ...['sh', '-c', PREPARE, 'sh'],
    ...[
      'unshare',
      ...(self ? ['--user', '--map-user', uid, '--map-group', gid] : ['--setgid', gid, '--setuid', uid]),
      '--',
    ],
    ...['env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
  ];
}
