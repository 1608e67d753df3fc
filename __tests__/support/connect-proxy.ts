import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface ConnectProxy {
  url: string;
  /** What was asked for, `host:port`, in order. */
  asked: string[];
  stop(): void;
}

/** A proxy that leads to one port of this machine, whatever host it is asked for. It wants the password `open`. */
export async function startConnectProxy(port: () => number): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(501).end());
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
  });
  server.on('connect', ({ url, headers }, client: Socket) => {
    asked.push(url ?? '');
    if (headers['proxy-authorization'] !== `Basic ${Buffer.from('me:open').toString('base64')}`)
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    const target = connect(port(), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    sockets.add(target.on('error', () => client.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://me:open@127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
