import { serverName, type Cause } from './cause.js';

/** What a server or this machine ran out of, and how a session that worked came to its end. */
export const SERVER: readonly Cause[] = [
  {
    pattern:
      /server version: ([^;\n]+); pg_\w+ version: ([^\n]+)[^]*server version mismatch|server version mismatch/,
    say: ([, server, program]) =>
      (server === undefined
        ? 'The server is newer than the PostgreSQL programs, which cannot dump it. '
        : `The server is PostgreSQL ${server}, which pg_dump ${program?.trim()} is too old to dump. `) +
      "Set postgres-version to the server's major, or postgres-bin to a folder with programs of it.",
  },
  {
    pattern: /out of shared memory|max_locks_per_transaction/,
    say: () =>
      "The server's lock table is full: a dump locks every table. Raise max_locks_per_transaction there (it needs a restart; " +
      'tables divided by max_connections is a start), or back up schema by schema with `schemas`.',
  },
  {
    // With a file of the server in it; pg_dump's own output has no such path.
    pattern:
      /could not (?:extend|write(?: to)?|create)(?: temporary)? file "(?:base|global|pg_\w+)\/[^"]*": (?:No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes)|could not (?:extend|write).*\n?.*Check free disk space/,
    say: () => "The server's disk is full: make room there before anything else.",
  },
  {
    pattern: /No space left on device|Disk quota exceeded/,
    say: () => 'The disk of this machine is full: free some space, or use a runner with more.',
  },
  {
    pattern: /terminating connection due to (idle-in-transaction|idle-session|transaction) timeout/,
    say: ([, which]) =>
      `The server ended the session by its ${which} timeout, which every session of a backup switches off: ` +
      'something between us and the server (a pooler, a proxy) sets it again. Connect directly.',
  },
  {
    pattern: /terminating connection due to administrator command/,
    say: (_, context) =>
      `Someone ended the session, or ${serverName(context)} was shut down or restarted meanwhile. Run again.`,
  },
  {
    pattern: /terminating connection because of crash of another server process/,
    say: () =>
      'The server crashed while it was being read and restarts now: look at its log (out of memory?), then run again.',
  },
  {
    pattern:
      /server closed the connection unexpectedly|connection to server was lost|SSL SYSCALL error|could not (?:receive|send) (?:data|SSL negotiation \w+) (?:from|to) server|SSL connection has been closed unexpectedly/i,
    say: (_, context) =>
      `The connection to ${serverName(context)} broke: it was restarted or ran out of memory, or a firewall or proxy in between ended it. ` +
      'Look at its log, then run again.',
  },
];
