import { ENCODE_ADVICE } from '../connection/options.js';
import { serverName, type Cause } from './cause.js';
import { hostAdvice } from './hosts.js';

/** Why no connection came about before anyone checked a password. */
export const CONNECTING: readonly Cause[] = [
  {
    pattern: /could not translate host name "([^"]*)" to address/,
    say: ([, host], context) =>
      `The host name ${host} cannot be resolved. ` +
      (hostAdvice(context) ||
        'Check it in database-url. When it looks like a piece of the password, a character there is not encoded: ' +
          ENCODE_ADVICE),
  },
  {
    pattern:
      /Network is unreachable|Cannot assign requested address|No route to host|Address family not supported/i,
    say: (_, context) =>
      `This machine has no route to ${serverName(context)} (it may have only an IPv6 address, which GitHub's runners cannot reach). ` +
      (hostAdvice(context) ||
        "Use a host with an IPv4 address: the provider's pooler in session mode, or its IPv4 option."),
  },
  {
    pattern: /timeout expired|Connection timed out|Operation timed out/i,
    say: (_, context) =>
      `No answer from ${serverName(context)} in time. ` +
      (hostAdvice(context) ||
        'Check host and port, and that the firewall or allow-list lets this machine in. ' +
          "GitHub's hosted runners have no fixed address: use a self-hosted runner, a larger runner with a static address, or a tunnel."),
  },
  {
    pattern:
      /connection to server on socket "([^"]*)" failed: (?:No such file|Connection refused)|connections on Unix domain socket "([^"]*)"/,
    say: ([, socket, oldSocket], { target }) =>
      `No PostgreSQL server listens on the socket ${socket ?? oldSocket}. ` +
      (target?.host === undefined
        ? 'No host is given: add it to database-url, or set PGHOST.'
        : 'Check the directory in `host` and the port.'),
  },
  {
    pattern: /Connection refused/i,
    say: (_, context) =>
      `Nothing accepts connections at ${serverName(context)} (connection refused). ` +
      (hostAdvice(context) ||
        'Check host and port, and that the server runs. A service container needs `ports: ["5432:5432"]` and a health check.'),
  },
  {
    pattern: /server does not support SSL, but SSL was required/,
    say: (_, context) =>
      `TLS was asked for (sslmode), but ${serverName(context)} does not offer it. ` +
      'Switch TLS on there; only on a private network or through a tunnel use `sslmode=disable`.',
  },
  {
    pattern:
      /no pg_hba\.conf entry for .*(?:no encryption|SSL off)|SSL connection is required|connection is insecure|SSL required/i,
    say: (_, context) =>
      `${capital(serverName(context))} accepts no connection without TLS from here: add \`sslmode=require\` to database-url ` +
      '(`sslmode=verify-full` with `sslrootcert` also proves which server it is).',
  },
  {
    pattern: /no pg_hba\.conf entry for (?:replication connection from )?host "([^"]*)", user "([^"]*)"/,
    say: ([, address, user], context) =>
      `${capital(serverName(context))} does not let role ${user} in from ${address}: ` +
      'its pg_hba.conf (or the allow-list of the provider) must allow this address, role and database.',
  },
  {
    pattern: /root certificate file "([^"]*)" does not exist/,
    say: ([, file]) =>
      `The certificate of the server cannot be checked: ${file} does not exist. ` +
      "Write the provider's CA there and name it with `sslrootcert=`, or use `sslrootcert=system` (PostgreSQL 16 and newer).",
  },
  {
    pattern: /server certificate for "([^"]*)".* does not match host name "([^"]*)"/,
    say: ([, certificate, host]) =>
      `The server's certificate is for ${certificate}, not for ${host}: use the name that the certificate has.`,
  },
  {
    pattern: /certificate verify failed|certificate has expired|unable to get local issuer certificate/,
    say: (_, context) =>
      `The certificate of ${serverName(context)} cannot be trusted: it has expired, or \`sslrootcert\` is not the CA that signed it. ` +
      "Use the provider's current CA file.",
  },
  {
    pattern: /private key file "([^"]*)" has group or world access/,
    say: ([, file]) =>
      `The key file ${file} can be read by others, so PostgreSQL's programs refuse it: \`chmod 600\` it.`,
  },
  {
    pattern: /Endpoint ID is not specified/,
    say: () =>
      "Neon could not tell which endpoint is meant: these client programs are too old to send the server's name in TLS. " +
      'Use PostgreSQL 14 or newer programs, or add `options=endpoint%3D<endpoint-id>` to database-url.',
  },
  {
    pattern: /invalid (?:connection option|URI query parameter:?) "([^"]*)"/,
    say: ([, name]) =>
      `PostgreSQL's programs know no connection option \`${name}\` (drivers and ORMs have options of their own, ` +
      'such as `schema`, `pgbouncer` or `connection_limit`): take it out of database-url.',
  },
  {
    pattern:
      /invalid (\w+) value: "[^"]*"|invalid integer value "[^"]*" for connection option "(\w+)"|invalid (port) number: "[^"]*"/,
    say: ([, first, second, third]) =>
      `The value of \`${first ?? second ?? third}\` in database-url is not a valid one.`,
  },
  {
    pattern: /definition of service "([^"]*)" not found|service file "([^"]*)" not found/,
    say: ([, service, file]) =>
      service === undefined
        ? `The service file ${file} does not exist: check PGSERVICEFILE.`
        : `There is no section [${service}] in the service file: check PGSERVICEFILE and \`service\`.`,
  },
];

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
