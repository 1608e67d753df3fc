import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { proxyFor } from '../../src/base/proxy.js';
import { webFetch } from '../../src/base/web-fetch.js';
import { startConnectProxy, type ConnectProxy } from '../support/connect-proxy.js';

const P = 'http://proxy:3128';

describe('the proxy for a URL', () => {
  it.each<[string, NodeJS.ProcessEnv, string | undefined]>([
    ['https://example.com', {}, undefined],
    ['https://example.com', { https_proxy: P }, P],
    ['https://example.com', { HTTPS_PROXY: P }, P],
    ['https://example.com', { https_proxy: '', HTTPS_PROXY: P }, undefined],
    ['https://example.com', { HTTPS_PROXY: 'proxy:3128' }, P],
    ['https://example.com', { http_proxy: P }, undefined],
    ['http://example.com', { HTTP_PROXY: P, https_proxy: 'http://other' }, P],
    ['https://example.com', { https_proxy: P, no_proxy: '*' }, undefined],
    ['https://example.com', { https_proxy: P, NO_PROXY: 'a.b, EXAMPLE.com' }, undefined],
    ['https://s3.example.com', { https_proxy: P, no_proxy: 'example.com' }, undefined],
    ['https://s3.example.com', { https_proxy: P, no_proxy: '.example.com' }, undefined],
    ['https://s3.example.com', { https_proxy: P, no_proxy: '*.example.com' }, undefined],
    ['https://badexample.com', { https_proxy: P, no_proxy: 'example.com' }, P],
    ['https://example.com', { https_proxy: P, no_proxy: 'example.com:443' }, undefined],
    ['https://example.com', { https_proxy: P, no_proxy: 'example.com:8443' }, P],
    ['https://localhost:9000', { https_proxy: P }, undefined],
    ['http://127.0.0.1:9000', { http_proxy: P }, undefined],
    ['http://[::1]:9000', { http_proxy: P }, undefined],
  ])('%s with %j is %j', (url, env, proxy) => {
    expect(proxyFor(url, env)).toBe(proxy);
  });

  it.each(['socks5://me:secret@proxy', 'http://', 'ht tp://x'])(
    'refuses %j without showing it',
    (https_proxy) => {
      expect(() => proxyFor('https://example.com', { https_proxy })).toThrow(
        'The environment variable https_proxy holds no proxy that can be used: it must be like http://proxy.example.com:3128.',
      );
    },
  );
});

describe('requests of our own', () => {
  let server: Server;
  let proxy: ConnectProxy;
  const port = (): number => (server.address() as AddressInfo).port;
  const before = { ...process.env };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end(`${request.method} ${request.headers.host} ${body}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await startConnectProxy(port);
  });
  afterEach(() => {
    process.env = { ...before };
    proxy.asked.length = 0;
  });
  afterAll(() => {
    proxy.stop();
    server.close();
    server.closeAllConnections();
  });

  it('go by the proxy, with its password, but to this machine', async () => {
    process.env['http_proxy'] = proxy.url;
    const ask = async (url: string): Promise<string> => {
      const init = { method: 'POST', body: 'x', signal: AbortSignal.timeout(30_000) };
      return (await webFetch(url, init)).text();
    };
    expect(await ask('http://hooks.example.test/a')).toBe('POST hooks.example.test x');
    expect(proxy.asked).toEqual(['hooks.example.test:80']);
    expect(await ask(`http://127.0.0.1:${port()}`)).toContain('POST 127.0.0.1');
    expect(proxy.asked).toHaveLength(1);
    process.env['no_proxy'] = 'example.test';
    await expect(ask('http://hooks.example.test/a')).rejects.toThrow();
    expect(proxy.asked).toHaveLength(1);
  });

  it('end when they are told to', async () => {
    process.env['http_proxy'] = proxy.url;
    const signal = AbortSignal.abort(new Error('told to'));
    await expect(webFetch('http://hooks.example.test/a', { signal })).rejects.toThrow('told to');
  });
});
