import type { Dispatcher } from 'undici';
import { proxyFor } from './proxy.js';

/** By the URL of the proxy. */
const dispatchers = new Map<string, Dispatcher>();

/**
 * `fetch`, by the proxy of the environment where there is one: Node's own asks for none before version 24, and there only
 * where another variable says so.
 * @throws UserError for a proxy that cannot be used, and whatever `fetch` throws
 */
export async function webFetch(url: string, init: RequestInit): Promise<Response> {
  const proxy = proxyFor(url, process.env);
  if (proxy === undefined) return fetch(url, init);
  const undici = await import('undici');
  const dispatcher = dispatchers.get(proxy) ?? new undici.ProxyAgent(proxy);
  dispatchers.set(proxy, dispatcher);
  // One library's types and the other's differ in what we do not use. Its own fetch, since dispatchers suit no other version.
  const response = await undici.fetch(url, { ...init, dispatcher } as Parameters<typeof undici.fetch>[1]);
  return response as unknown as Response;
}
