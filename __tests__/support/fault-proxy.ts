import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that passes through. */
export interface Seen {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: IncomingMessage['headers'];
}

/** What goes wrong with a request. */
export type Fault =
  /** Answers by itself; the real server never hears of it. */
  | { kind: 'answer'; status: number; body?: string }
  /** Never answers and reads nothing. */
  | { kind: 'hang' }
  /** Cuts the connection once so many bytes of the request's body have come. */
  | { kind: 'cut-request'; after: number }
  /** The real server does its work; the answer is lost. */
  | { kind: 'lose-answer' }
  /** Cuts the connection once so many bytes of the answer's body have gone. */
  | { kind: 'cut-answer'; after: number }
  /** Something happens first, then the request passes. */
  | { kind: 'first'; work: () => Promise<void> }
  /** The server is gone from now on. */
  | { kind: 'die' };

/** Decides the fate of a request; undefined lets it pass. */
export type Rule = (seen: Seen) => Fault | undefined;

export interface FaultProxy {
  endpoint: string;
  /** Everything that came, in order. */
  seen: Seen[];
  rule: Rule;
  stop(): void;
}

/** An S3 error as a server sends it. */
export function errorBody(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>Injected.</Message></Error>`;
}

/** The first `times` requests that match have this fault, or all of them. */
export function faulty(method: string, path: RegExp, fault: Fault, times = Infinity): Rule {
  let left = times;
  return (seen) => {
    if (seen.method !== method || !path.test(seen.path) || left <= 0) return undefined;
    left -= 1;
    return fault;
  };
}

/** A real HTTP server in front of a real S3 server, on which things go wrong as told. Signatures stay valid. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => handle(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    rule: () => undefined,
    stop,
  };

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
    proxy.seen.push(seen);
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const fault = proxy.rule(seen);
    switch (fault?.kind) {
      case 'hang':
        return;
      case 'die':
        return stop();
      case 'answer':
        request.resume().on('end', () => response.writeHead(fault.status).end(fault.body ?? ''));
        return;
      case 'cut-request': {
        let bytes = 0;
        request.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > fault.after) request.socket.destroy();
        });
        return;
      }
      case 'first':
        void fault.work().then(() => forward(request, response, undefined));
        return;
      case 'lose-answer':
      case 'cut-answer':
      case undefined:
        forward(request, response, fault);
    }
  }

  function forward(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    const { method, url, headers } = request;
    const target = httpRequest(
      { port: targetPort, host: '127.0.0.1', method, path: url, headers },
      (answer) => {
        if (fault?.kind === 'lose-answer') {
          answer.resume().on('end', () => request.socket.destroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        if (fault?.kind !== 'cut-answer') {
          answer.pipe(response);
          return;
        }
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          const room = fault.after - bytes;
          bytes += chunk.length;
          if (room > chunk.length) response.write(chunk);
          else response.write(chunk.subarray(0, Math.max(0, room)), () => request.socket.destroy());
        });
      },
    );
    target.on('error', () => request.socket.destroy());
    response.on('close', () => target.destroy());
    request.pipe(target);
  }

  return proxy;
}
