import type { ServerResponse } from 'node:http';
import { json } from './github-fake.js';

export interface FakeIssue {
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  labels: string[];
  comments: string[];
  author_association: string;
  user: { type: string };
  pull_request?: object;
  /** Counts changes: a date has too few of them in a second. */
  updated: number;
}

interface Sent {
  title?: string;
  body?: string;
  state?: 'open' | 'closed';
  labels?: string[];
}

/** The issues of one repository, as docs.github.com says of `/issues`: what is asked for here, and no more. */
export class IssuesFake {
  readonly all: FakeIssue[] = [];
  /** Whom the token belongs to. */
  author = { user: { type: 'Bot' }, author_association: 'NONE' };
  /** Whether the token may set labels; they are dropped without a word otherwise. */
  maySetLabels = true;
  private changes = 0;

  get open(): FakeIssue[] {
    return this.all.filter(({ state }) => state === 'open');
  }

  /** An issue that somebody made. */
  add(made: Partial<FakeIssue> = {}): FakeIssue {
    const issue: FakeIssue = {
      number: this.all.length + 1,
      title: 'A title',
      body: '',
      state: 'open',
      labels: [],
      comments: [],
      ...this.author,
      updated: (this.changes += 1),
      ...made,
    };
    this.all.push(issue);
    return issue;
  }

  /** @param path what follows `/issues` */
  answer(method: string, path: string, { query, body, response }: Asked): void {
    if (method === 'GET' && path === '') return json(response, 200, this.listed(query));
    const sent = JSON.parse(body) as Sent;
    if (method === 'POST' && path === '') {
      const { title = '', body: text = '', labels = [] } = sent;
      const made = this.add({ title, body: text, labels: this.maySetLabels ? labels : [] });
      return json(response, 201, shown(made));
    }
    const [, number, comments] = /^\/(\d+)(\/comments)?$/.exec(path) ?? [];
    const issue = this.all.find((each) => String(each.number) === number);
    if (issue === undefined) return json(response, 404, { message: 'Not Found' });
    issue.updated = this.changes += 1;
    if (comments === undefined) Object.assign(issue, sent);
    else issue.comments.push(sent.body ?? '');
    json(response, comments === undefined ? 200 : 201, shown(issue));
  }

  private listed(query: URLSearchParams): unknown[] {
    const label = query.get('labels');
    const size = Number(query.get('per_page') ?? 30);
    const from = (Number(query.get('page') ?? 1) - 1) * size;
    const by = query.get('sort') === 'updated' ? 'updated' : 'number';
    const sign = query.get('direction') === 'asc' ? 1 : -1;
    return this.all
      .filter(({ state }) => state === query.get('state'))
      .filter(({ labels }) => label === null || labels.includes(label))
      .sort((a, b) => sign * (a[by] - b[by]))
      .slice(from, from + size)
      .map(shown);
  }
}

interface Asked {
  query: URLSearchParams;
  body: string;
  response: ServerResponse;
}

function shown({ updated, comments, labels, ...issue }: FakeIssue): unknown {
  return {
    ...issue,
    html_url: `https://github.com/acme/shop/issues/${issue.number}`,
    updated_at: new Date(updated * 1000).toISOString(),
    comments: comments.length,
    labels: labels.map((name) => ({ name })),
  };
}
