import type { ExplainContext } from './cause.js';

/** Hosts that only answer inside their provider's network, or only over IPv6, and what to use instead. */
const HOSTS: [RegExp, string][] = [
  [
    /^db\.[a-z0-9]+\.supabase\.(?:co|com|in|net)$/,
    "Supabase's direct host has only an IPv6 address, and GitHub's runners have no IPv6: use the *session* pooler's URL " +
      '(project, Connect, "Session pooler": host `aws-...pooler.supabase.com`, port 5432).',
  ],
  [
    /\.railway\.internal$/,
    "It is Railway's private name: use DATABASE_PUBLIC_URL of the database's service.",
  ],
  [/^dpg-[a-z0-9-]+$/, "It is Render's internal name: use the *External* Database URL."],
  [
    /\.(?:flycast|internal)$/,
    'It is a name of a private network: open a tunnel in an earlier step (on Fly: `flyctl proxy`) and use 127.0.0.1.',
  ],
  [
    /^(?:postgres|postgresql|db|database)$/,
    'The name of a service container only works when the job itself runs in a container: else use `localhost` and the mapped port.',
  ],
];

/** What to do about a host that is known not to answer on the open internet, or the empty string. */
export function hostAdvice({ target }: ExplainContext): string {
  const host = target?.host;
  if (host === undefined) return '';
  return HOSTS.find(([pattern]) => pattern.test(host))?.[1] ?? '';
}

/** What is known of poolers by their host and port, or the empty string. */
export function poolerAdvice({ target }: ExplainContext): string {
  const host = target?.host ?? '';
  if (/\.supabase\.(?:co|com|in|net)$/.test(host) || target?.port === '6543')
    return 'On Supabase port 6543 is the transaction pooler: use port 5432 of the pooler host (session mode) or the direct connection.';
  if (/-pooler\./.test(host))
    return 'On Neon take `-pooler` out of the host name: that is the direct connection.';
  return "With PgBouncer use the server's own port, or `pool_mode = session` for this user or database.";
}
