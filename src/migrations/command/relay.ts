import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A port of this machine that leads to the scratch server. */
export interface Relay {
  readonly port: number;
  /** Ends all connections and closes the port. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens a port on 127.0.0.1 that leads to a server's socket: most drivers want a host and a port, and a server that is
 * cut off from the network has none. Whoever connects still needs the password.
 */
export async function openRelay(socketPath: string): Promise<Relay> {
  const open = new Set<Socket>();
  let closed = false;
  const server = createServer({ noDelay: true }, (client) => {
    // Accepted while it was closed.
    if (closed) return void client.destroy();
    const upstream = connect(socketPath);
    join(client, upstream, open);
    join(upstream, client, open);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        closed = true;
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** When one side is gone, so is the other: PostgreSQL ends a session whose client went away without a word. */
function join(one: Socket, other: Socket, open: Set<Socket>): void {
  open.add(one);
  one
    .on('error', () => other.destroy())
    .on('close', () => {
      open.delete(one);
      other.destroy();
    });
}
