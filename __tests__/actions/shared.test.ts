import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ARTIFACT_PERMISSIONS, failureSummary, reasonTeller, redError } from '../../src/actions/shared.js';
import { ExplainedError, UserError } from '../../src/base/errors.js';
import { REUSABLE, WORKFLOWS } from '../../src/inputs/workflow-table.js';
import type { ActionContext } from '../../src/github/action.js';

const context = (isPublic: boolean | undefined): ActionContext =>
  ({ github: isPublic === undefined ? undefined : { isPublic } }) as ActionContext;

describe('reasonTeller', () => {
  const denied = new ExplainedError(
    'The role app may not read public.salaries.',
    'The role may not read a table.',
  );

  it.each<[boolean | undefined, unknown, string]>([
    [undefined, denied, 'The role app may not read public.salaries.'],
    [false, denied, 'The role app may not read public.salaries.'],
    [true, denied, 'The role may not read a table.'],
    [false, new UserError('No table "a" in shop.b.'), 'No table "a" in shop.b.'],
    [true, new UserError('No table "a" in shop.b.'), 'No table "..." in ....'],
    [false, new UserError('It is down.\nPostgreSQL said: down'), 'It is down. PostgreSQL said: down'],
    [
      false,
      new TypeError('x is undefined'),
      'x is undefined (This is unexpected: please report it, with the lines below.)',
    ],
  ])('public %s, %#', (isPublic, error, told) => {
    expect(reasonTeller(context(isPublic))(error)).toBe(told);
  });
});

describe('failureSummary', () => {
  it('says what did not happen, every reason, and what next', () => {
    const error = new AggregateError([new UserError('One.'), new AggregateError([new UserError('<b>')])]);
    expect(
      failureSummary({ title: 'Backup failed', next: 'Try again.' }, error, reasonTeller(context(false))),
    ).toBe('## ❌ Backup failed\n\n- One.\n- &#60;b&#62;\n\nTry again.\n');
  });
});

describe('redError', () => {
  const reasons = [
    new ExplainedError('Table public.salaries differs.', 'A table differs.'),
    new UserError('No.'),
  ];
  const messages = (error: AggregateError): string[] => error.errors.map((each: Error) => each.message);

  it('is what it is where only few can read it', () => {
    expect(redError(context(false), reasons).errors).toEqual(reasons);
  });

  it('has no names where everybody can', () => {
    expect(messages(redError(context(true), reasons))).toEqual(['A table differs.', 'No.']);
  });
});

describe('what an action needs of the token with artifact://', () => {
  const needed = Object.entries(ARTIFACT_PERMISSIONS);

  it('is what its reusable workflow asks for', () => {
    for (const workflow of REUSABLE)
      expect(Object.keys(WORKFLOWS[workflow].permissions)).toContain(
        `actions: ${ARTIFACT_PERMISSIONS[workflow]}`,
      );
  });

  it('is what docs/artifacts.md says', () => {
    const rows = readFileSync('docs/artifacts.md', 'utf8').matchAll(
      /^\| (`[^|]*`) +\| `actions: (read|write)` +\|/gm,
    );
    const told = [...rows].flatMap(([, actions = '', permission]) =>
      [...actions.matchAll(/`([^`]+)`/g)].map(([, action]) => [action, permission]),
    );
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(needed));
    expect(told).toHaveLength(needed.length);
  });
});
