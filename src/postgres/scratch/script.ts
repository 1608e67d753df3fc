import { shell } from '../../base/text.js';

/** Everything that the two shell programs which look after a scratch server need to know; nothing in it is secret. */
export interface ScriptPaths {
  /** Folders of ours, made by the keeper: the one for the data, and the socket's where its path would be too long. */
  bases: readonly string[];
  /** Inside the first base, made by the server's user; its name cannot be guessed. */
  folder: string;
  /** For the socket: `folder`, or inside the second base. */
  socketFolder: string;
}

/** Marks every program that the server starts, by its environment. */
const MARK = 'PGKEEP_SCRATCH';

/**
 * Why a server ended that logs as CSV: what it panicked of, and which signal ended one of its processes. Nothing else of
 * that log, which has the statements.
 */
const LAST_WORDS =
  '(PANIC,[0-9A-Z]{5},"([^"]|"")*")|(LOG,00000,"server process [^"]*terminated by signal[^"]*")';

/**
 * Ends whatever the server started: its own processes by their working folder, and other programs (`COPY ... FROM
 * PROGRAM`) by the variable that they inherited. Does nothing where there is no /proc.
 */
function sweep(folder: string): string {
  return `sweep() {
  for process in /proc/[0-9]*; do
    if [ "$process/cwd" -ef ${shell(`${folder}/data`)} ]; then kill -s "$1" "\${process#/proc/}"; fi
  done
  for file in $(grep -lsF ${shell(`${MARK}=${folder}`)} /proc/[0-9]*/environ); do
    process=\${file#/proc/}
    kill -s "$1" "\${process%/environ}"
  done
} 2>/dev/null
`;
}

/** Deletes folders, also those that restored code took its own rights on, and tries again while a process still writes. */
function remove(folders: readonly string[]): string {
  const names = folders.map(shell).join(' ');
  return `cd /
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  rm -rf ${names} 2>/dev/null && break
  [ -n "$(find ${names} -mindepth 1 2>/dev/null)" ] || break
  chmod -R u+rwX ${names} 2>/dev/null
  sleep 0.1
done
`;
}

/**
 * What runs as the server's user: makes the cluster, runs the server, and takes both away when its standard input
 * ends, which it does when we close it or die in whatever way. The first line of the input is the superuser's
 * password; each line after it restarts the server. Prints `entered` once its folder is there, and `ready` each time the server accepts connections.
 * Words are said in subshells, since whoever says one to a process that has died gets SIGPIPE.
 * @param locales the folder whose locales the server sees once it is there
 */
export function supervisorScript(
  paths: ScriptPaths,
  programs: { initdb: readonly string[]; postgres: readonly string[]; locales: string },
): string {
  const { folder, socketFolder } = paths;
  const own = [...new Set([folder, socketFolder])];
  return `umask 077
exec 3<&0 </dev/null
read -r password <&3 || exit 1
child= stopping= restarting= how=TERM
${sweep(folder)}
ask() {
  if [ -n "$child" ]; then kill -s "$1" "$child" 2>/dev/null; fi
}
trap 'stopping=1; ask "$how"' TERM INT HUP
trap 'restarting=1; ask INT' USR1
reap() {
  while :; do
    if [ -n "$stopping" ] && [ -z "$killer" ]; then
      (ticks=0
        while [ $ticks -lt 120 ]; do
          kill -0 "$child" || exit 0
          sleep 0.05
          ticks=$((ticks + 1))
        done
        sweep KILL
        kill -s KILL "$child") 2>/dev/null &
      killer=$!
    fi
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  child=
  if [ -n "$killer" ]; then wait "$killer"; fi
  killer=
}
finish() {
  trap '' TERM INT HUP USR1
  kill "$watcher" 2>/dev/null
  sweep KILL
  segment=$(sed -n '7s/.* //p' ${shell(`${folder}/data/postmaster.pid`)} 2>/dev/null)
  if [ -n "$segment" ]; then ipcrm -m "$segment" 2>/dev/null; fi
  ${remove(own).trimEnd().replaceAll('\n', '\n  ')}
  exit "$1"
}
killer=
(while read -r line; do kill -s USR1 $$; done; kill -s TERM $$) <&3 >/dev/null 2>&1 &
watcher=$!
${own.map((name) => `mkdir -m 711 ${shell(name)} || finish 1`).join('\n')}
(echo entered)
cd ${shell(folder)} || finish 1
printf '%s\\n' "$password" >password
password=
${words(programs.initdb)} >log 2>&1 3<&- &
child=$!
[ -z "$stopping" ] || ask TERM
reap
rm -f password
[ -z "$stopping" ] || finish 0
if [ "$code" != 0 ]; then tail -n 30 log >&2; finish 1; fi
how=QUIT
while :; do
  restarting=
  if [ -d ${shell(programs.locales)} ]; then export LOCPATH=${shell(programs.locales)}:/usr/lib/locale; fi
  ${MARK}=${shell(folder)} ${words(programs.postgres)} >log 2>&1 3<&- &
  child=$!
  [ -z "$stopping" ] || ask QUIT
  (while kill -0 "$child" 2>/dev/null; do
    if [ "$(sed -n 1p data/postmaster.pid 2>/dev/null)" = "$child" ] && grep -qs '^ready' data/postmaster.pid; then
      echo ready
      break
    fi
    sleep 0.02
  done) &
  poller=$!
  reap
  wait "$poller"
  [ -z "$stopping" ] || finish 0
  [ -n "$restarting" ] && [ "$code" = 0 ] || break
done
tail -n 30 log >&2
if [ -d data/log ]; then grep -ahoE ${shell(LAST_WORDS)} data/log/*.csv | tail -n 3 >&2; fi
finish 1
`;
}

/**
 * What runs as ourselves: makes the folders that hold everything, and when its standard input ends, waits for the
 * supervisor's cleaning up (unless it read a line) and does what that left undone. Restored code may run as the supervisor's user and end it;
 * where the server has a user of its own it cannot end the keeper. Prints `made` once the folders are there.
 * @param asUser the words that make a command run as the server's user
 */
export function keeperScript(
  { bases, folder, socketFolder }: ScriptPaths,
  asUser: readonly string[],
): string {
  const own = [...new Set([folder, socketFolder])];
  const clean = `${sweep(folder)}sweep QUIT
sleep 0.3
sweep KILL
${remove(own)}`;
  return `umask 077
trap '' INT HUP TERM
mkdir ${bases.map(shell).join(' ')} || exit 1
(echo made)
exec >/dev/null
now=
while read -r line; do now=1; done
rounds=0
[ -z "$now" ] || rounds=160
while [ -e ${shell(folder)} ] && [ $rounds -lt 160 ]; do
  rmdir ${own.map(shell).join(' ')} 2>/dev/null || sleep 0.05
  rounds=$((rounds + 1))
done
if [ -e ${shell(folder)} ]; then
  ${words([...asUser, 'sh', '-c', clean])}
fi
${remove(bases)}`;
}

function words(command: readonly string[]): string {
  return command.map(shell).join(' ');
}
