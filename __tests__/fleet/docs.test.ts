import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { keysOf } from '../../src/fleet/keys.js';
import { parseFleet } from '../../src/fleet/parse.js';
import { secretsOf } from '../../src/fleet/passed.js';
import { legsOf, type Leg } from '../../src/fleet/plan.js';
import { problemText } from '../../src/fleet/types.js';
import { blockUnder } from '../docs/pages.js';
import { read } from '../house/files.js';
import { workflowIn, type WorkflowFile } from '../house/workflow-files.js';

const PAGE = 'docs/fleet.md';
const STARTER = 'workflows-templates/fleet.yml';

/** What a job passes as SECRETS, with a value for each. */
function passedBy({ jobs }: WorkflowFile): Map<string, string> {
  const text = jobs['fleet']?.secrets?.['SECRETS'] ?? '';
  expect(text).not.toContain('\n');
  return secretsOf(text.replaceAll(/\$\{\{ toJSON\(secrets\.(\w+)\) \}\}/g, '"$1"'));
}

/** The names of secrets in the jobs of a plan. */
function namedBy(legs: readonly Leg[], action: 'backup' | 'verify'): string[] {
  const secrets = keysOf(action).filter(({ spec }) => spec.type === 'secret');
  return legs.flatMap((leg) => secrets.flatMap(({ key }) => leg[key] ?? []));
}

/** The file in the comment of the starter. */
const commented = read(STARTER)
  .split('\n')
  .filter((line) => line.startsWith('#      '))
  .map((line) => line.slice(7))
  .join('\n');

describe.each([
  [
    PAGE,
    blockUnder(PAGE, 'The file', 'yaml'),
    parse(blockUnder(PAGE, 'The workflow', 'yaml')) as WorkflowFile,
  ],
  [STARTER, commented, workflowIn(STARTER)],
])('the file in %s', (_page, text, workflow) => {
  it('has no mistake, for a verification neither', () => {
    expect(parseFleet(text, 'backup').problems).toEqual([]);
    expect(parseFleet(text, 'verify').problems).toEqual([]);
  });

  it('names the secrets that the workflow beside it passes, each under its own name', () => {
    const passed = passedBy(workflow);
    expect([...passed.keys()]).toEqual([...passed.values()]);
    const legs = legsOf(parseFleet(text, 'backup').members, 'backup');
    expect(legs.length).toBeGreaterThan(1);
    expect(namedBy(legs, 'backup').toSorted()).toEqual([...passed.keys()].toSorted());
  });
});

describe('docs/fleet.md', () => {
  const text = read(PAGE);

  it('passes to the verification the key that it speaks of', () => {
    const passed = passedBy(
      parse(blockUnder(PAGE, 'Every week: verify all of them', 'yaml')) as WorkflowFile,
    );
    const file = blockUnder(PAGE, 'The file', 'yaml').replace(
      'defaults:\n',
      'defaults:\n  identity-secret: BACKUP_IDENTITY\n',
    );
    expect(text).toContain('`identity-secret: BACKUP_IDENTITY`');
    const { members, problems } = parseFleet(file, 'verify');
    expect(problems).toEqual([]);
    expect(new Set(namedBy(legsOf(members, 'verify'), 'verify'))).toEqual(
      new Set([...passed.keys(), 'CRM_SLACK_WEBHOOK']),
    );
  });

  it('shows a mistake as it is told', () => {
    const file = blockUnder(PAGE, 'The file', 'yaml').replace('keep-daily: 14', 'keep-daly: 14');
    expect(
      parseFleet(file, 'backup').problems.map((each) => `\`${problemText('pgkeep.yml', each)}\``),
    ).toEqual([expect.stringMatching(/unknown key "keep-daly"/)]);
    for (const problem of parseFleet(file, 'backup').problems)
      expect(text).toContain(problemText('pgkeep.yml', problem));
  });
});

describe('.github/workflows/fleet.yml', () => {
  const workflow = workflowIn('.github/workflows/fleet.yml');
  const steps = workflow.jobs['database']?.steps ?? [];

  it.each(['backup', 'verify'] as const)('passes on every word that a file may have: %s', (action) => {
    const given = steps.find(({ id }) => id === action)?.with ?? {};
    expect(Object.keys(given)).toEqual(keysOf(action).map(({ input }) => input));
    for (const { key, input } of keysOf(action)) expect(given[input]).toContain(`matrix.${key}`);
  });

  it('looks for each secret before anything else', () => {
    const [check] = steps;
    expect(check?.with).toMatchObject({ step: 'check' });
    for (const action of ['backup', 'verify'] as const)
      for (const { key, spec } of keysOf(action))
        if (spec.type === 'secret')
          expect(check?.with?.['missing-secrets']).toContain(`!secrets[matrix.${key}]`);
  });

  it('gives no secret to the jobs that need none, and no job more than reading but that of a database', () => {
    const { plan, summary } = workflow.jobs;
    expect(JSON.stringify([plan, summary])).not.toContain('secrets.');
    expect([plan?.permissions, summary?.permissions]).toEqual([{ contents: 'read' }, {}]);
  });

  it('lets no database keep another from its turn, and none be cancelled', () => {
    const job = workflow.jobs['database'];
    expect(job).toMatchObject({
      strategy: { 'fail-fast': false },
      concurrency: { group: 'pgkeep-${{ matrix.name }}', 'cancel-in-progress': false, queue: 'max' },
    });
    expect(workflow.jobs['summary']?.if).toMatch(/^always\(\)/);
  });
});
