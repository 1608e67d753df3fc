import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from './github-fake.js';

export interface FakeComment {
  id: number;
  html_url: string;
  body: string;
  author_association: string;
  user: { type: string };
}

type Answer = (request: { method: string; path: string }, response: ServerResponse) => boolean;

/** GitHub's REST API for one pull request, its comments, labels and events, on loopback. */
export class PullRequestFake {
  readonly comments: FakeComment[] = [];
  labels: string[] = [];
  events: unknown[] = [];
  /** Every request, `GET /7/comments`, without what all have in common and the query. */
  readonly requests: string[] = [];
  /** Answers in the fake's stead. */
  rule: Answer = () => false;
  private nextId = 100;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<PullRequestFake> {
    const server = createServer((request, response) => {
      void fake.answer(request, response);
    });
    const fake = new PullRequestFake(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** How it is reached. */
  get access(): { repository: string; apiUrl: string; token: string } {
    const { port } = this.server.address() as AddressInfo;
    return { repository: 'acme/shop', apiUrl: `http://127.0.0.1:${port}`, token: 'ghs_workflow' };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A comment that somebody made; unless told otherwise the workflow's own token. */
  add(body: string, by: { type: string; association: string } = BOT): FakeComment {
    const id = (this.nextId += 1);
    const comment = {
      id,
      html_url: `https://github.com/acme/shop/pull/7#issuecomment-${id}`,
      body,
      author_association: by.association,
      user: { type: by.type },
    };
    this.comments.push(comment);
    return comment;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.replace(/^\/repos\/[^/]+\/[^/]+\/issues/, '');
    const method = request.method ?? 'GET';
    this.requests.push(`${method} ${path}`);
    if (this.rule({ method, path }, response)) return;
    if (request.headers.authorization !== 'Bearer ghs_workflow')
      return json(response, 401, { message: 'Bad credentials' });
    return this.rest(`${method} ${path}`, url.searchParams, bodyOf(Buffer.concat(chunks)), response);
  }

  private rest(call: string, query: URLSearchParams, body: string, response: ServerResponse): void {
    const size = Number(query.get('per_page') ?? 30);
    const from = (Number(query.get('page') ?? 1) - 1) * size;
    const page = (all: readonly unknown[]): void => json(response, 200, all.slice(from, from + size));
    switch (call.replace(/\d+$/, 'N')) {
      case 'GET /7/comments':
        return page(this.comments);
      case 'POST /7/comments':
        return json(response, 201, this.add(body));
      case 'GET /7/labels':
        return page(this.labels.map((name) => ({ name })));
      case 'GET /7/events':
        return page(this.events);
      case 'PATCH /comments/N':
      case 'DELETE /comments/N':
        return this.change(call, body, response);
      default:
        return json(response, 404, { message: 'Not Found' });
    }
  }

  private change(call: string, body: string, response: ServerResponse): void {
    const id = Number(call.split('/').pop());
    const at = this.comments.findIndex((comment) => comment.id === id);
    const comment = this.comments[at];
    if (comment === undefined) return json(response, 404, { message: 'Not Found' });
    if (call.startsWith('DELETE')) {
      this.comments.splice(at, 1);
      return void response.writeHead(204).end();
    }
    comment.body = body;
    json(response, 200, comment);
  }
}

function bodyOf(sent: Buffer): string {
  const { body = '' } = (sent.length === 0 ? {} : JSON.parse(sent.toString())) as { body?: string };
  return body;
}

export const BOT = { type: 'Bot', association: 'NONE' };
export const STRANGER = { type: 'User', association: 'NONE' };
export const MEMBER = { type: 'User', association: 'MEMBER' };
