/** What a service that waits for signs of life is told. */
export type Sign = 'start' | 'success' | 'fail';

/**
 * The URL of a sign: `/start` and `/fail` are added to the path, success is the URL itself (healthchecks.io, Pinging API;
 * its kin do the same). Parameters stay where they are.
 */
export function signUrl(url: string, sign: Sign): string {
  const parsed = new URL(url);
  if (sign !== 'success') parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/${sign}`;
  return parsed.href;
}
