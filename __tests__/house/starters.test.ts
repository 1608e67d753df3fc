import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { encryptionOf } from '../../src/codec/recipients.js';
import { readInputs } from '../../src/inputs/read.js';
import { ACTIONS } from '../../src/inputs/spec.js';
import { parseStorageUrl } from '../../src/storage/url.js';
import { read, ROOT } from './files.js';
import {
  cronsOf,
  interfaceOf,
  STARTER_FILES,
  workflowIn,
  type AnyJob,
  type Interface,
} from './workflow-files.js';

const FOLDER = 'workflows-templates';

/** What each job may do; all of them together with nothing at the level of the workflow. */
const PERMISSIONS: Record<string, Record<string, Record<string, string>>> = {
  'backup-artifacts': { backup: { actions: 'write' } },
  'backup-s3-oidc': { backup: { 'id-token': 'write' } },
  backup: { daily: {}, weekly: {}, monthly: {} },
  fleet: { fleet: { contents: 'read' } },
  'check-migrations': { check: { contents: 'read', 'pull-requests': 'write' } },
  restore: { 'dry-run': {}, restore: {} },
  status: { status: { issues: 'write' } },
  verify: { verify: {} },
};

/** Something of this project that is called or used, with what it is given. */
interface Use {
  uses: string;
  with: Record<string, unknown>;
  secrets: Record<string, unknown>;
}

function usesOf(job: AnyJob): Use[] {
  return [job, ...(job.steps ?? [])].flatMap(({ uses, with: given = {}, ...rest }) =>
    uses === undefined || interfaceOf(uses) === undefined
      ? []
      : [{ uses, with: given, secrets: 'secrets' in rest ? (rest.secrets ?? {}) : {} }],
  );
}

const actionOf = (uses: string): (typeof ACTIONS)[number] => {
  const action = ACTIONS.find((name) => new RegExp(`/${name}(?:\\.yml)?@`).test(uses));
  if (action === undefined) throw new Error(`${uses} is of no action.`);
  return action;
};

/** What stands in a starter for what only a run knows. */
const filledIn = (value: unknown): string => {
  const text = String(value);
  if (text.includes('inputs.mode')) return 'fresh';
  if (text.includes('inputs.confirm')) return 'shop';
  return text.startsWith('${{') ? 'latest' : text;
};

describe.each(STARTER_FILES)('%s', (file) => {
  const text = read(file);
  const workflow = workflowIn(file);
  const name = file.slice(FOLDER.length + 1, -'.yml'.length);
  const jobs = Object.entries(workflow.jobs);
  const uses = jobs.flatMap(([, job]) => usesOf(job));

  it('gives what it uses only what that takes, and all that it requires', () => {
    expect(uses).not.toHaveLength(0);
    for (const use of uses) {
      const { inputs, secrets } = interfaceOf(use.uses) as Interface;
      for (const input of Object.keys(use.with)) expect(Object.keys(inputs)).toContain(input);
      for (const secret of Object.keys(use.secrets)) expect(Object.keys(secrets)).toContain(secret);
      const required = Object.entries(inputs).filter(([, { required: must }]) => must);
      for (const [input] of required) expect(Object.keys(use.with)).toContain(input);
    }
  });

  it('gives inputs that the action takes together', () => {
    for (const use of uses) {
      const workflowOnly = Object.keys(use.with).filter((input) => input.startsWith('aws-'));
      const given = { ...use.with, ...Object.fromEntries(workflowOnly.map((input) => [input, undefined])) };
      const source = (input: string): string | undefined =>
        given[input] === undefined ? undefined : filledIn(given[input]);
      expect(() => readInputs(actionOf(use.uses), source)).not.toThrow();
      // That of a fleet stands in its file.
      if (actionOf(use.uses) === 'fleet') continue;
      const storage = filledIn(given['storage']);
      expect(() => parseStorageUrl(storage)).not.toThrow();
    }
  });

  it('has no more permissions than its table', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.fromEntries(jobs.map(([job, { permissions }]) => [job, permissions]))).toEqual(
      PERMISSIONS[name],
    );
  });

  it('never cancels what writes, and queues all that wait', () => {
    expect(workflow.concurrency).toBeUndefined();
    for (const [, { concurrency, uses: called }] of jobs) {
      // A reusable workflow has its own queue.
      if (called !== undefined) expect(concurrency).toBeUndefined();
      else if (name === 'check-migrations') expect(concurrency?.['cancel-in-progress']).toBe(true);
      else expect(concurrency).toMatchObject({ 'cancel-in-progress': false, queue: 'max' });
    }
  });

  it('can be started by hand, to try it', () => {
    if (name !== 'check-migrations') expect(workflow.on).toHaveProperty('workflow_dispatch');
  });

  it('names every secret that is to be made, and how to pin', () => {
    const comments = text
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .join('\n');
    for (const [, secret = ''] of text.matchAll(/secrets\.(\w+)/g)) expect(comments).toContain(secret);
    expect(comments).toContain('To pin a release');
  });

  it('has a title, a description, an icon and categories for the list of starters', () => {
    const properties = JSON.parse(read(`${FOLDER}/${name}.properties.json`)) as Record<string, string>;
    const { name: title, description, iconName, categories } = properties;
    expect(title).toMatch(/^.{10,50}$/);
    expect(description).toMatch(/^.{30,200}\.$/);
    expect(categories).not.toHaveLength(0);
    expect(existsSync(join(ROOT, FOLDER, `${iconName}.svg`))).toBe(true);
  });
});

describe('the starters', () => {
  const all = STARTER_FILES.flatMap((file) =>
    Object.entries(workflowIn(file).jobs).flatMap(([, job]) => usesOf(job).map((use) => ({ file, ...use }))),
  );

  it('each have their metadata, and no metadata is of none', () => {
    const files = readdirSync(join(ROOT, FOLDER));
    const named = (ending: string): string[] =>
      files.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
    expect(named('.properties.json')).toEqual(named('.yml'));
    expect(Object.keys(PERMISSIONS).toSorted()).toEqual(named('.yml').toSorted());
  });

  it('have an icon that is a drawing and nothing else', () => {
    const icon = read(`${FOLDER}/pgkeep.svg`);
    expect(icon).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(icon.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/<script|https?:|on\w+=/);
  });

  it('speak of one family, but for the one that pull requests may read', () => {
    const single = all.filter(({ uses }) => actionOf(uses) !== 'fleet');
    const families = new Set(single.map(({ file, with: given }) => `${file}: ${String(given['name'])}`));
    for (const family of families)
      expect(family).toMatch(/check-migrations\.yml/.test(family) ? /: migrations$/ : /: production$/);
  });

  it('encrypt every backup, and to nobody who forgets to put in a key', async () => {
    const backups = all.filter(({ uses }) => actionOf(uses) === 'backup');
    expect(backups).toHaveLength(5);
    for (const { with: given } of backups)
      await expect(encryptionOf([String(given['recipients'])], undefined)).rejects.toThrow('recipients');
  });
});

describe('the starter for backups', () => {
  const workflow = workflowIn(`${FOLDER}/backup.yml`);

  it('has a job for each of its times, each with its own label and policy; no time is without one', () => {
    const [, weekly, monthly] = cronsOf(workflow);
    expect(Object.values(workflow.jobs).map((job) => job.if)).toEqual([
      // A time that was changed above alone still makes a backup.
      `github.event.schedule != '${weekly}' && github.event.schedule != '${monthly}'`,
      `github.event.schedule == '${weekly}'`,
      `github.event.schedule == '${monthly}'`,
    ]);
    expect(cronsOf(workflow)).toHaveLength(3);
    expect(Object.values(workflow.jobs).map(({ with: given }) => given)).toMatchObject([
      { label: 'daily', 'keep-daily': 14 },
      { label: 'weekly', 'keep-weekly': 8 },
      { label: 'monthly', 'keep-monthly': 12 },
    ]);
  });
});

describe('the starter for verifications', () => {
  it('waits for the backups that it reads', () => {
    const { jobs } = workflowIn(`${FOLDER}/verify.yml`);
    const given = usesOf(jobs['verify'] ?? {})[0]?.with;
    const backups = workflowIn('.github/workflows/backup.yml').jobs['backup']?.concurrency?.['group'];
    const group = String(backups).replace(/\$\{\{ inputs\.name .*\}\}/, String(given?.['name']));
    expect(jobs['verify']?.concurrency?.['group']).toBe(group);
    expect(jobs['verify']?.environment).toBe('backups');
    expect(JSON.stringify(jobs)).not.toContain('DATABASE_URL');
  });
});

describe('the starter for restores', () => {
  const { on, jobs } = workflowIn(`${FOLDER}/restore.yml`);
  const dryRun = jobs['dry-run'];
  const restore = jobs['restore'];

  it('is started by hand alone, asks which backup and where to, and for the name', () => {
    expect(Object.keys(on)).toEqual(['workflow_dispatch']);
    const { inputs } = (on as { workflow_dispatch: { inputs: Record<string, object> } }).workflow_dispatch;
    expect(Object.keys(inputs)).toEqual(['backup', 'target', 'mode', 'confirm']);
    expect(inputs['target']).toMatchObject({ default: 'staging', options: ['staging', 'production'] });
    expect(inputs['mode']).toMatchObject({ default: 'fresh', options: ['fresh', 'replace'] });
  });

  it('restores the very backup that its dry run looked at, and only after that', () => {
    const planned = usesOf(dryRun ?? {})[0]?.with;
    const done = usesOf(restore ?? {})[0]?.with;
    expect(restore?.needs).toBe('dry-run');
    expect(planned).toMatchObject({ 'dry-run': true, backup: '${{ inputs.backup }}' });
    expect({ ...done, 'dry-run': true, backup: '${{ inputs.backup }}' }).toEqual(planned);
    expect(dryRun?.outputs).toEqual({ 'backup-id': '${{ steps.plan.outputs.backup-id }}' });
    expect(dryRun?.steps?.[0]?.id).toBe('plan');
    expect(done?.['backup']).toBe('${{ needs.dry-run.outputs.backup-id }}');
  });

  it('runs in an environment of its target, and holds up no backup while it waits there', () => {
    for (const job of [dryRun, restore]) {
      expect(job?.environment).toBe('${{ inputs.target }}-restore');
      expect(job?.concurrency?.['group']).toBe('pgkeep-restore-${{ inputs.target }}');
    }
  });
});

describe('the starter for migration checks', () => {
  const workflow = workflowIn(`${FOLDER}/check-migrations.yml`);

  it('runs on pull requests only, with secrets of its own', () => {
    expect(workflow.on).toBe('pull_request');
    for (const [, secret] of read(`${FOLDER}/check-migrations.yml`).matchAll(/secrets\.(\w+)/g))
      expect(secret).toMatch(/^MIGRATIONS_/);
  });
});
