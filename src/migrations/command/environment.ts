import { hidden } from '../../base/mask.js';

/** How the command reaches the scratch database. */
export interface Login {
  port: number;
  user: string;
  password: string;
  database: string;
}

/** What GitHub gives a step to talk to the runner and its services with: an own step would have been given its own. */
const RUNNERS_OWN =
  /^(INPUT_|ACTIONS_|STATE_|PGKEEP_|AWS_)|^(GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)|(GH|GITHUB)_(ENTERPRISE_)?TOKEN)$/;

/** libpq's variables would lead to another database, and so may the URLs of other tools. */
const LEADS_ELSEWHERE = /^PG[A-Z]+$|^(DATABASE_URL|POSTGRES_URL|DIRECT_URL|SHADOW_DATABASE_URL)$/;

/** Further names of the URL, for tools that read it from there (Prisma's `directUrl`): set where the job sets them. */
const OTHER_NAMES = ['POSTGRES_URL', 'DIRECT_URL'];

/** Shorter values than this are no secrets that could be told from any other text. */
const SHORTEST_SECRET = 8;

/**
 * The environment of a pull request's command: the job's own, without what is ours (inputs, tokens, the storage's
 * credentials, whatever holds a secret of ours) and with the scratch database as `DATABASE_URL` and `PG*`.
 * `sslmode=disable`, because some drivers (lib/pq) insist on TLS otherwise, and the connection stays on this machine.
 */
export function commandEnvironment(
  env: NodeJS.ProcessEnv,
  login: Login,
  secrets: readonly string[],
): NodeJS.ProcessEnv {
  // Each line of an identity file is a key, or says something of one.
  const needles = secrets.flatMap(hidden).filter(({ length }) => length >= SHORTEST_SECRET);
  const kept = Object.entries(env).filter(
    ([name, value = '']) =>
      !RUNNERS_OWN.test(name) &&
      !LEADS_ELSEWHERE.test(name) &&
      !needles.some((secret) => value.includes(secret)),
  );
  const { port, user, password, database } = login;
  const url = databaseUrl(login);
  const others = OTHER_NAMES.filter((name) => env[name] !== undefined).map((name) => [name, url] as const);
  return {
    ...Object.fromEntries<string | undefined>([...kept, ...others]),
    DATABASE_URL: url,
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGSSLMODE: 'disable',
  };
}

/** `postgresql://user:password@127.0.0.1:port/database?sslmode=disable`, with everything encoded. */
export function databaseUrl({ port, user, password, database }: Login): string {
  const [who, secret, where] = [user, password, database].map(encodeURIComponent);
  return `postgresql://${who}:${secret}@127.0.0.1:${port}/${where}?sslmode=disable`;
}
