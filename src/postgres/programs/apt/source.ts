import type { Machine } from '../machine.js';
import type { AptSource } from '../types.js';
import { PGDG_KEY } from './pgdg-key.js';

/** The repository, and the one that old releases of distributions move to. */
const HOSTS = ['apt.postgresql.org', 'apt-archive.postgresql.org'];

/**
 * PostgreSQL's apt repository for this release, or a mirror of it named by `PGKEEP_PGDG_URL`; the key stays the same.
 * Undefined where the release has no code name. The signature protects the content, so plain http will do where the
 * machine has no certificates to check https with (minimal containers).
 */
export function pgdgSource(machine: Machine, env: NodeJS.ProcessEnv, https: boolean): AptSource | undefined {
  const { codename } = machine.os;
  if (!/^[a-z0-9-]+$/.test(codename)) return undefined;
  const mirror = env['PGKEEP_PGDG_URL']?.replace(/\/+$/, '');
  const urls =
    mirror === undefined || mirror === ''
      ? HOSTS.map((host) => `${https ? 'https' : 'http'}://${host}/pub/repos/apt`)
      : [mirror];
  return { urls, keyAsc: PGDG_KEY, suite: `${codename}-pgdg`, component: 'main' };
}

/** The line of a sources.list for one of the source's addresses, trusting only the key in `keyFile`. */
export function sourceLine(source: AptSource, url: string, keyFile: string, arch: string): string {
  return `deb [arch=${arch} signed-by=${keyFile}] ${url} ${source.suite} ${source.component}\n`;
}

/** True when a file of apt sources names one of the source's hosts: apt refuses two keys for one repository. */
export function namesSource(text: string, source: AptSource | undefined): boolean {
  return (source?.urls ?? []).some((url) => text.includes(hostOf(url)));
}

/** `sources.list` without the lines that name one of the source's hosts. */
export function withoutSource(text: string, source: AptSource | undefined): string {
  return text
    .split('\n')
    .filter((line) => !namesSource(line, source))
    .join('\n');
}

/** Whether what apt found at `uri` comes from PostgreSQL's repository rather than from the distribution. */
export function isPgdg(uri: string, source: AptSource | undefined): boolean {
  return (
    HOSTS.some((host) => uri.includes(`//${host}/`)) ||
    (source?.urls ?? []).some((url) => uri.startsWith(url))
  );
}

function hostOf(url: string): string {
  return /^[a-z+]+:(\/\/[^/]*\/)/i.exec(`${url}/`)?.[1] ?? url;
}
