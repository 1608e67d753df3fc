import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/backup/id.js';
import type { CommandContext } from '../../src/cli/commands/context.js';
import { statusCommand } from '../../src/cli/commands/status.js';
import { terminalOptions } from '../../src/cli/commands/machine.js';
import type { IssuePatience } from '../../src/github/issue-api.js';
import { issueKeeper } from '../../src/github/issues.js';
import { readInputs } from '../../src/inputs/read.js';
import { keyOf } from '../../src/status/issue.js';
import { redReasons, type StatusResult } from '../../src/status/result.js';
import { statusTold } from '../../src/status/told.js';
import { FileStore } from '../../src/storage/file/store.js';
import { putBackup } from '../support/family.js';
import { GithubFake, json, type Rule } from '../support/github-fake.js';
import type { FakeIssue } from '../support/issues-fake.js';
import { Listener } from '../support/listener.js';

const root = mkdtempSync(join(tmpdir(), 'pgkeep-issue-'));
const HOUR_MS = 3_600_000;
const RUN_URL = 'https://github.com/acme/shop/actions/runs/7';
const QUICK: Partial<IssuePatience> = { waitMs: 1, timeoutMs: 5000 };

describe('the issue of status', () => {
  let github: GithubFake;
  let store: FileStore;
  let said: Listener;

  beforeEach(async () => {
    github = await GithubFake.start();
    const folder = mkdtempSync(join(root, 'store-'));
    store = new FileStore(`file://${folder}`, folder);
    said = new Listener();
  });
  afterEach(() => github.stop());
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const put = (hours: number, verdict?: 'passed' | 'failed'): Promise<void> => {
    const id = newId(new Date(Date.now() - hours * HOUR_MS));
    return putBackup(store, { id, ...(verdict === undefined ? {} : { verdict }) });
  };
  const context = (env: NodeJS.ProcessEnv): CommandContext => ({
    env,
    width: undefined,
    print: () => undefined,
    reporter: said,
    signal: new AbortController().signal,
    paint: (text) => text,
  });
  const inputsOf = (more: Record<string, string> = {}): ReturnType<typeof readInputs<'status'>> => {
    const all: Record<string, string> = {
      storage: store.url,
      issue: 'true',
      'github-token': 'ghs_workflow',
      ...more,
    };
    return readInputs('status', (name) => all[name]);
  };
  const status = (
    more: Record<string, string> = {},
    patience: Partial<IssuePatience> = QUICK,
  ): Promise<StatusResult> => {
    const inputs = inputsOf(more);
    const options = terminalOptions(context(github.env()), inputs);
    const issues = issueKeeper(options.artifacts, options.signal, patience);
    return statusTold({ ...options, run: { runUrl: RUN_URL }, inputs, issues });
  };
  const onlyOpen = (): FakeIssue => {
    expect(github.issues.open).toHaveLength(1);
    return github.issues.open[0] as FakeIssue;
  };

  it('is opened once, told of other problems alone, closed when all is well, and a new one the next time', async () => {
    await put(30);
    await status();
    const first = onlyOpen();
    expect(first).toMatchObject({
      title: 'Backups of shop are not healthy',
      labels: ['pgkeep'],
      comments: [],
    });
    expect(first.body).toMatch(/^<!-- pgkeep status key=[0-9a-f]{16} state=[0-9a-f]{16} -->\n\n- shop in /);
    expect(first.body).toContain(` by [this run](${RUN_URL})`);
    expect(said.text).toContain('Open: https://github.com/acme/shop/issues/1');

    first.body = first.body.replace('Checked at', 'Long ago checked at');
    await status();
    expect(onlyOpen()).toBe(first);
    expect(first.body).not.toContain('Long ago');
    expect(first.comments).toEqual([]);

    await status({ 'max-storage-bytes': '1B' });
    expect(onlyOpen()).toBe(first);
    expect(first.body).toContain('max-storage-bytes');
    expect(first.comments).toEqual([
      expect.stringMatching(/^What is wrong has changed:\n\n- [^]*max-storage-bytes/),
    ]);

    await put(1);
    await status();
    expect(github.issues.open).toEqual([]);
    expect(first.comments).toEqual([
      expect.anything(),
      expect.stringMatching(/^Nothing is wrong any more\./),
    ]);
    expect(said.text).toContain('Closed: https://github.com/acme/shop/issues/1');

    await status();
    expect(first.comments).toHaveLength(2);
    await status({ 'max-age': '30m' });
    expect(onlyOpen().number).toBe(2);
    expect(said.warnings).toEqual([]);
  });

  it('is one for each storage and name', async () => {
    await put(30);
    await status();
    await status({ name: 'shop' });
    expect(github.issues.open).toHaveLength(2);
    expect(new Set(github.issues.open.map(({ body }) => body.split('\n')[0])).size).toBe(2);
    const storage = ['s3://a/b', 's3://c'];
    expect(keyOf({ storage, name: 'shop' })).toBe(
      keyOf({ storage: ['s3://c?region=x', 's3://a/b'], name: 'shop' }),
    );
    expect(keyOf({ storage, name: 'shop' })).not.toBe(keyOf({ storage: ['s3://c'], name: 'shop' }));
  });

  it('is not one that a stranger has written, nor a pull request', async () => {
    const { body } = await probe();
    const user = { type: 'User' };
    const forged = [
      github.issues.add({ body, labels: ['pgkeep'], user, author_association: 'CONTRIBUTOR' }),
      github.issues.add({ body, labels: ['pgkeep'], pull_request: {} }),
      github.issues.add({ body: `Look:\n${body}`, labels: ['pgkeep'] }),
    ].map((issue) => ({ ...issue }));
    await status();
    expect(github.issues.all.slice(0, 3)).toEqual(forged);
    expect(github.issues.open).toHaveLength(4);
    await put(1);
    await status();
    expect(github.issues.open).toEqual(forged);
  });

  /** What the issue would be; it is taken away again. */
  async function probe(): Promise<FakeIssue> {
    await put(30);
    await status();
    const [issue] = github.issues.all.splice(0);
    return issue as FakeIssue;
  }

  it('is one that somebody of the house has, behind a hundred others', async () => {
    const { body } = await probe();
    for (let n = 0; n < 100; n += 1) github.issues.add({ labels: ['pgkeep'] });
    const ours = github.issues.add({
      body,
      labels: ['pgkeep'],
      user: { type: 'User' },
      author_association: 'COLLABORATOR',
    });
    await status();
    expect(github.issues.open).toHaveLength(101);
    await put(1);
    await status();
    expect(ours.state).toBe('closed');
    expect(github.issues.open).toHaveLength(100);
  });

  it('is the first of several, the others are closed, whoever runs at the same time', async () => {
    await put(30);
    // Neither finds any before both have asked.
    const waiting: (() => void)[] = [];
    let asked = 0;
    github.rule = ({ method, path }, response) => {
      if (method !== 'GET' || !path.includes('labels=pgkeep') || (asked += 1) > 2) return false;
      waiting.push(() => json(response, 200, []));
      if (waiting.length === 2) waiting.forEach((go) => go());
      return true;
    };
    await Promise.all([status(), status()]);
    expect(github.issues.all).toHaveLength(2);
    expect(onlyOpen().number).toBe(1);
    await status();
    expect(onlyOpen().number).toBe(1);
    expect(github.issues.all).toHaveLength(2);
    expect(said.warnings).toEqual([]);
  });

  it('is found where its label was dropped or taken off', async () => {
    github.issues.maySetLabels = false;
    await put(30);
    await status();
    for (let n = 0; n < 50; n += 1) github.issues.add();
    await status();
    expect(github.issues.open).toHaveLength(51);
    await put(1);
    await status();
    expect(github.issues.all[0]).toMatchObject({ state: 'closed', labels: [] });
  });

  it("is closed again where the token is a stranger's own", async () => {
    github.issues.author = { user: { type: 'User' }, author_association: 'NONE' };
    await put(30);
    const result = await status();
    expect(github.issues.open).toEqual([]);
    expect(said.warnings).toEqual([expect.stringContaining('somebody who has no role in acme/shop')]);
    expect(redReasons(result)).toHaveLength(1);
  });

  const answers = (code: number, message: string, headers: Record<string, string> = {}): Rule => {
    return (_, response) => {
      json(response, code, { message }, headers);
      return true;
    };
  };

  it.each([
    [
      'no permission',
      answers(403, 'Resource not accessible by integration'),
      /\(403\)[^]*\npermissions:\n {2}issues: write\nGitHub says: Resource not/,
      1,
    ],
    ['no such repository', answers(404, 'Not Found'), /\npermissions:\n {2}issues: write\n/, 1],
    [
      'issues that are switched off',
      answers(410, 'Issues are disabled'),
      /issues of acme\/shop are switched off/,
      1,
    ],
    ['a token that is not known', answers(401, 'Bad credentials'), /does not know the token/, 1],
    [
      'a repository with another name',
      answers(301, 'Moved', { location: '/repositories/1' }),
      /acme\/shop has another name now/,
      1,
    ],
    ['a fault', answers(502, 'Server Error'), /GitHub answered 502\. GitHub says: Server Error/, 3],
    [
      'a limit that passes soon',
      answers(429, 'Slow down', { 'retry-after': '0' }),
      /takes no more requests/,
      3,
    ],
    ['a limit that lasts', answers(403, 'Limit', { 'retry-after': '3600' }), /takes no more requests/, 1],
    [
      'text that is no answer',
      (_: unknown, response: { end(text: string): unknown }) => Boolean(response.end('<html>')),
      /could not be reached, or its answer not be read/,
      3,
    ],
  ] as [string, Rule, RegExp, number][])(
    'leaves the verdict alone after %s',
    async (_, rule, warning, requests) => {
      github.rule = rule;
      await put(1);
      expect(redReasons(await status())).toEqual([]);
      expect(said.warnings).toEqual([expect.stringMatching(warning)]);
      expect(github.requests).toHaveLength(requests);
      said.warnings.length = 0;
      expect(redReasons(await status({ 'max-age': '30m' }))).toHaveLength(1);
      expect(said.warnings).toEqual([expect.stringMatching(warning)]);
      expect(said.text).not.toContain('ghs_workflow');
    },
  );

  it('is waited for no longer than is allowed in all', async () => {
    github.rule = () => true;
    await put(30);
    expect(
      redReasons(await status({}, { waitMs: 1, timeoutMs: 50, attempts: 1000, totalMs: 120 })),
    ).toHaveLength(1);
    expect(said.warnings).toEqual([expect.stringMatching(/GitHub gave no answer within (under )?0\.\d s/)]);
  });

  it('comes through a fault that passes', async () => {
    let faults = 2;
    github.rule = (request, response) => (faults -= 1) >= 0 && answers(503, 'Busy')(request, response);
    await put(30);
    await status();
    onlyOpen();
    expect(said.warnings).toEqual([]);
  });

  it('on the command line needs a repository and a token', async () => {
    await put(1);
    const run = (env: NodeJS.ProcessEnv, token: string): Promise<void> =>
      statusCommand(inputsOf({ 'github-token': token }), true, context(env));
    for (const [env, token] of [
      [{}, 'ghs_workflow'],
      [{ ...github.env(), GITHUB_REPOSITORY: 'shop' }, 'ghs_workflow'],
      [github.env(), ''],
    ] as const)
      await expect(run(env, token)).rejects.toThrow(
        /set GITHUB_REPOSITORY=owner\/repository and GITHUB_TOKEN/,
      );
    expect(github.requests).toEqual([]);
    await run(github.env(), 'ghs_workflow');
    expect(github.requests).toHaveLength(2);
  });

  it('is nobody asked for where it is not wanted', async () => {
    await put(30);
    await status({ issue: 'false' });
    expect(github.requests).toEqual([]);
  });
});
