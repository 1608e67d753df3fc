import { UserError } from './errors.js';

/** Addresses of this machine: no proxy leads there. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The proxy by which a URL is to be reached, as `https_proxy`, `http_proxy` and `no_proxy` (or the same in capitals) say to
 * curl and to the runner itself.
 * @returns its URL; undefined where none is to be used
 * @throws UserError for one that cannot be used; it names the variable alone, since its value may hold a password
 */
export function proxyFor(url: string, env: NodeJS.ProcessEnv): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const variable = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = valueOf(env, variable);
  if (proxy === '' || LOOPBACK.test(hostname)) return undefined;
  const own = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  if (isExcepted(hostname, own, valueOf(env, 'no_proxy'))) return undefined;
  const address = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new UserError(
      `The environment variable ${variable} holds no proxy that can be used: it must be like http://proxy.example.com:3128.`,
    );
  return address;
}

function valueOf(env: NodeJS.ProcessEnv, variable: string): string {
  return (env[variable] ?? env[variable.toUpperCase()] ?? '').trim();
}

/** `example.com` and `.example.com` stand for the host and all below it; a port restricts it, `*` is everything. */
function isExcepted(host: string, port: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((item) => item !== '')
    .some((item) => {
      if (item === '*') return true;
      const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(item) ?? [];
      const domain = name.replace(/^\*?\./, '');
      return (only === undefined || only === port) && (host === domain || host.endsWith(`.${domain}`));
    });
}
