import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a hook was sent. */
export interface Sent {
  method: string | undefined;
  path: string;
  type: string | undefined;
  body: string;
}

/** A server that takes messages, as Slack or a healthcheck service does. */
export interface Hook {
  url: string;
  sent: Sent[];
  /** How it answers: a status, or nothing at all. Default: 200. */
  answer: (sent: Sent) => number | 'hang';
  stop(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Starts one on loopback. */
export async function startHook(): Promise<Hook> {
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const one = {
        method: request.method,
        path: request.url ?? '',
        type: request.headers['content-type'],
        body,
      };
      hook.sent.push(one);
      const answer = hook.answer(one);
      if (answer !== 'hang') response.writeHead(answer).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hook: Hook = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: [],
    answer: () => 200,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return hook;
}
