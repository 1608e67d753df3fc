import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IssuesFake } from './issues-fake.js';

export interface FakeArtifact {
  id: number;
  name: string;
  bytes: Buffer;
  digest: string;
  runId: number;
  created: Date;
  expired: boolean;
  /** Of the repository whose run made it: a fork has another. */
  headRepositoryId: number;
  expiresAt: string | undefined;
}

/** Answers a request in the fake's stead. `true`: it has done so. */
export type Rule = (
  request: { method: string; path: string; host: string },
  response: ServerResponse,
) => boolean;

export const REPOSITORY_ID = 7001;
const print = process.stdout.write.bind(process.stdout);
const TOKEN = 'ghs_workflow';
const SIGNATURE = 'sig=SECRETSIGNATURE';

/** A JSON Web Token as the runner gives it: nobody here checks its signature. */
function runtimeToken(runId: number): string {
  const claims = { scp: `Actions.GenericRead:x Actions.Results:run-${runId}:job-1` };
  return ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'c2ln'].join('.');
}

/**
 * GitHub's results service, its REST API for artifacts and the blob store behind both, on loopback. It speaks what
 * @actions/artifact 6 sends (Twirp as JSON, block blobs) and what docs.github.com says of `/actions/artifacts`.
 */
export class GithubFake {
  readonly artifacts: FakeArtifact[] = [];
  readonly issues = new IssuesFake();
  /** Every request, `GET /repos/...`, without the host. */
  readonly requests: string[] = [];
  rule: Rule = () => false;
  private readonly blocks = new Map<string, Buffer>();
  private readonly blobs = new Map<string, Buffer>();
  /** Names that a run has given, also by uploads that were never finished. */
  private readonly names = new Map<string, { expiresAt: string | undefined }>();
  private nextId = 1000;
  private readonly saved = new Map<string, string | undefined>();

  private constructor(
    private readonly server: Server,
    readonly repository: string,
  ) {}

  static async start(repository = 'acme/shop'): Promise<GithubFake> {
    const server = createServer((request, response) => {
      void fake.answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    const fake = new GithubFake(server, repository);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The environment of an action in a run, or of a terminal. */
  env(runId?: number): NodeJS.ProcessEnv {
    return {
      GITHUB_REPOSITORY: this.repository,
      GITHUB_API_URL: this.url,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_TOKEN: TOKEN,
      ...(runId === undefined
        ? {}
        : {
            GITHUB_RUN_ID: String(runId),
            ACTIONS_RESULTS_URL: this.url,
            ACTIONS_RUNTIME_TOKEN: runtimeToken(runId),
          }),
    };
  }

  /** The library reads the environment of its process, and prints what it does on its output: nobody reads that here. */
  enter(runId: number): void {
    process.stdout.write = () => true;
    for (const [name, value] of Object.entries(this.env(runId))) {
      if (!this.saved.has(name)) this.saved.set(name, process.env[name]);
      process.env[name] = value;
    }
  }

  async stop(): Promise<void> {
    process.stdout.write = print;
    for (const [name, value] of this.saved) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** An artifact that somebody made. */
  add(name: string, made: Partial<FakeArtifact> = {}): FakeArtifact {
    const bytes = made.bytes ?? Buffer.from('x');
    const artifact: FakeArtifact = {
      id: (this.nextId += 1),
      name,
      bytes,
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      runId: 1,
      created: new Date(),
      expired: false,
      headRepositoryId: REPOSITORY_ID,
      expiresAt: undefined,
      ...made,
    };
    this.artifacts.push(artifact);
    return artifact;
  }

  named(name: string): FakeArtifact[] {
    return this.artifacts.filter((artifact) => artifact.name === name);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', this.url);
    const method = request.method ?? 'GET';
    const path = url.pathname + url.search;
    this.requests.push(`${method} ${path}`);
    if (this.rule({ method, path, host: request.headers.host ?? '' }, response)) return;
    const token = request.headers.authorization;
    if (url.pathname.startsWith('/twirp/')) return this.twirp(url, token ?? '', body, response);
    if (url.pathname.startsWith('/blob/')) {
      // Whoever has the address may read: a token that came along would have been given away.
      if (token !== undefined) return json(response, 400, { message: 'the blob store was sent a token' });
      return this.blob(url, method, request, body, response);
    }
    if (token !== `Bearer ${TOKEN}`) return json(response, 401, { message: 'Bad credentials' });
    const [, issues] = url.pathname.split(`/repos/${this.repository}/issues`);
    if (issues !== undefined)
      return this.issues.answer(method, issues, { query: url.searchParams, body: body.toString(), response });
    return this.rest(url, method, response);
  }

  private twirp(url: URL, token: string, body: Buffer, response: ServerResponse): void {
    const call = url.pathname.split('/').pop() ?? '';
    const sent = JSON.parse(body.toString()) as Record<string, string>;
    const [, run = ''] = /^run-(\d+)$/.exec(sent['workflow_run_backend_id'] ?? '') ?? [];
    if (token !== `Bearer ${runtimeToken(Number(run))}`) return json(response, 401, { msg: 'no such job' });
    const name = sent['name'] ?? '';
    const place = `${run}/${encodeURIComponent(name)}`;
    if (call === 'CreateArtifact') {
      if (this.names.has(place))
        return json(response, 409, { msg: 'an artifact with this name already exists' });
      this.names.set(place, { expiresAt: sent['expires_at'] });
      return json(response, 200, {
        ok: true,
        signed_upload_url: `${this.url}/blob/up/${place}?${SIGNATURE}`,
      });
    }
    if (call === 'FinalizeArtifact') {
      const bytes = this.blobs.get(place);
      if (bytes === undefined || sent['size'] !== String(bytes.length))
        return json(response, 400, { msg: 'no such upload' });
      const { expiresAt } = this.names.get(place) ?? {};
      const { id } = this.add(name, { bytes, runId: Number(run), digest: sent['hash'] ?? '', expiresAt });
      return json(response, 200, { ok: true, artifact_id: String(id) });
    }
    this.inTheRun(call, Number(run), sent, response);
  }

  /** What jobs ask of artifacts that other jobs of their run made. */
  private inTheRun(
    call: string,
    runId: number,
    sent: Record<string, string>,
    response: ServerResponse,
  ): void {
    const name = sent['name_filter'] ?? sent['name'];
    const id = sent['id_filter'];
    const found = this.artifacts.filter(
      (artifact) =>
        artifact.runId === runId &&
        (name === undefined || artifact.name === name) &&
        (id === undefined || String(artifact.id) === id),
    );
    if (call === 'ListArtifacts')
      return json(response, 200, { artifacts: found.map((artifact) => ofTheRun(artifact, sent)) });
    if (call === 'GetSignedArtifactURL' && found[0] !== undefined)
      return json(response, 200, { signed_url: `${this.url}/blob/down/${found[0].id}?${SIGNATURE}` });
    return json(response, 404, { msg: `no call ${call}` });
  }

  private blob(
    url: URL,
    method: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): void {
    if (!url.search.includes(SIGNATURE)) return void response.writeHead(403).end();
    const [, , way, ...rest] = url.pathname.split('/');
    const place = rest.join('/');
    if (way === 'up' && method === 'PUT') {
      const block = url.searchParams.get('blockid');
      if (url.searchParams.get('comp') === 'block') this.blocks.set(`${place} ${block}`, body);
      else {
        const ids = [...body.toString().matchAll(/<Latest>([^<]*)<\/Latest>/g)].map(([, id]) => id);
        this.blobs.set(
          place,
          Buffer.concat(ids.map((id) => this.blocks.get(`${place} ${id}`) ?? Buffer.alloc(0))),
        );
      }
      return void response
        .writeHead(201, { etag: '"1"', 'last-modified': new Date().toUTCString(), 'x-ms-request-id': '1' })
        .end();
    }
    const artifact = this.artifacts.find(({ id }) => String(id) === place);
    if (artifact === undefined) return void response.writeHead(404).end();
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    response
      .writeHead(from === undefined ? 200 : 206, { 'content-type': 'application/octet-stream' })
      .end(artifact.bytes.subarray(Number(from ?? 0)));
  }

  private rest(url: URL, method: string, response: ServerResponse): void {
    const base = `/repos/${this.repository}/actions`;
    const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : '';
    const [, run] = /^\/runs\/(\d+)\/artifacts$/.exec(path) ?? [];
    if (run !== undefined || path === '/artifacts') return this.listing(url, run, response);
    const [, id, zip] = /^\/artifacts\/(\d+)(\/zip)?$/.exec(path) ?? [];
    const at = this.artifacts.findIndex((artifact) => String(artifact.id) === id);
    const artifact = this.artifacts[at];
    if (artifact === undefined) return json(response, 404, { message: 'Not Found' });
    if (method === 'DELETE') {
      this.artifacts.splice(at, 1);
      this.names.delete(`${artifact.runId}/${encodeURIComponent(artifact.name)}`);
      return void response.writeHead(204).end();
    }
    if (zip === undefined) return json(response, 200, listed(artifact));
    if (artifact.expired) return json(response, 410, { message: 'Artifact has expired' });
    response.writeHead(302, { location: `${this.url}/blob/down/${artifact.id}?${SIGNATURE}` }).end();
  }

  private listing(url: URL, run: string | undefined, response: ServerResponse): void {
    const name = url.searchParams.get('name');
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const page = Number(url.searchParams.get('page') ?? 1);
    const all = this.artifacts
      .filter((artifact) => run === undefined || String(artifact.runId) === run)
      .filter((artifact) => name === null || artifact.name === name)
      .reverse();
    const artifacts = all.slice((page - 1) * size, page * size).map(listed);
    json(response, 200, { total_count: all.length, artifacts });
  }
}

/** An artifact as the results service tells jobs of the same run. */
function ofTheRun(
  { id, name, bytes, created, digest }: FakeArtifact,
  { workflow_run_backend_id }: Record<string, string>,
): unknown {
  return {
    workflow_run_backend_id,
    workflow_job_run_backend_id: 'job-1',
    database_id: String(id),
    name,
    size: String(bytes.length),
    created_at: created.toISOString(),
    digest,
  };
}

function listed({
  id,
  name,
  bytes,
  digest,
  runId,
  created,
  expired,
  headRepositoryId,
}: FakeArtifact): unknown {
  return {
    id,
    name,
    size_in_bytes: bytes.length,
    expired,
    created_at: created.toISOString(),
    digest,
    workflow_run: {
      id: runId,
      repository_id: REPOSITORY_ID,
      head_repository_id: headRepositoryId,
      head_branch: 'main',
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}
