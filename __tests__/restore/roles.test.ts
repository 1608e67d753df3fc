import { describe, expect, it } from '@jest/globals';
import { decideOwnership, ownersAmong, type Ownership } from '../../src/restore/roles.js';

type Arguments = Parameters<typeof decideOwnership>;

const FRESH = { mode: 'fresh', owner: 'auto', privileges: 'auto' } as const;
const REPLACE = { ...FRESH, mode: 'replace' } as const;

interface Facts extends Partial<Arguments[1]> {
  choices?: Partial<Arguments[0]>;
  there?: string[];
  actAs?: string[];
  setDefaults?: string[];
}

function decide({ choices, there, actAs, setDefaults, ...named }: Facts): Ownership {
  return decideOwnership(
    { ...FRESH, ...choices },
    { all: ['x', 'y'], owners: [], withDefaults: [], ...named },
    { there: new Set(there ?? ['x', 'y']), actAs: new Set(actAs), setDefaults: new Set(setDefaults) },
    'me',
  );
}

const ALL = { owner: true, privileges: true, withoutDefaultsOf: [], blockers: [], warnings: [] };

describe('owners and privileges', () => {
  it.each<[string, Facts, Partial<Ownership>]>([
    ['all may be restored', { owners: ['x'], withDefaults: ['y'], actAs: ['x'], setDefaults: ['y'] }, {}],
    ['owners are not wanted', { choices: { owner: 'false' }, owners: ['x'] }, { owner: false }],
    [
      'privileges are not wanted',
      { choices: { privileges: 'false' }, withDefaults: ['x'] },
      { privileges: false },
    ],
    [
      'an owner is missing',
      { owners: ['x'], all: ['x'], choices: { privileges: 'false' }, there: [] },
      {
        owner: false,
        privileges: false,
        warnings: [
          'Owners are not restored: these owners are no roles there: "x". Everything will belong to "me".',
        ],
      },
    ],
    [
      'an owner may not be acted for',
      { owners: ['x'] },
      {
        owner: false,
        warnings: [
          'Owners are not restored: role "me" may not act for these owners: "x". Everything will belong to "me".',
        ],
      },
    ],
    [
      'a role with privileges is missing',
      { there: ['x'], withDefaults: ['x'], setDefaults: ['x'] },
      {
        privileges: false,
        warnings: [
          'Privileges are not restored: these roles, which have privileges, are not there: "y". Grant again what your applications need.',
        ],
      },
    ],
    [
      'default privileges may be set of one role, and not of the other',
      { withDefaults: ['x', 'y'], actAs: ['x'], setDefaults: ['y'] },
      {
        withoutDefaultsOf: ['x'],
        warnings: [
          'Some default privileges are not restored: role "me" may not set the default privileges of these roles: "x". Have them set again (ALTER DEFAULT PRIVILEGES) where applications need them.',
        ],
      },
    ],
  ])('where %s', (_, facts, expected) => {
    expect(decide(facts)).toEqual({ ...ALL, ...expected });
  });

  it.each<[string, Facts, RegExp]>([
    [
      'a missing owner in replace',
      { choices: { ...REPLACE, privileges: 'false' }, owners: ['x'], there: [] },
      /^Owners .*these owners are no roles there: "x".*set owner: false/,
    ],
    [
      'an owner that may not be acted for in replace',
      { choices: REPLACE, owners: ['x'] },
      /may not act for these owners: "x"\. Run `GRANT "x" TO "me"`.*set owner: false/,
    ],
    [
      'a missing role that was asked for',
      { choices: { privileges: 'true' }, there: ['y'] },
      /^Privileges .*have privileges, are not there: "x"\. Create the missing/,
    ],
    [
      'default privileges that were asked for and may not be set',
      { choices: { privileges: 'true' }, withDefaults: ['x'], actAs: ['x'] },
      /^Privileges cannot be restored: role "me" may not set the default privileges of these roles: "x"\. Run `GRANT "x" TO "me"`.*set privileges: false/,
    ],
    [
      'default privileges that may not be set in replace',
      { choices: REPLACE, withDefaults: ['x'], there: ['x'] },
      /are not there: "y"; role "me" may not set the default .*: "x"\. Create the missing roles.*, or run `GRANT "x" TO "me"`/,
    ],
  ])('are refused for %s', (_, facts, message) => {
    expect(decide(facts).blockers).toEqual([expect.stringMatching(message)]);
  });
});

it('finds the owners among the roles that an archive names', () => {
  const toc = ['TABLE public a two words', 'SCHEMA - app own\ner', 'ACL - DATABASE shop owner'].map(
    (text) => ({
      dumpId: 1,
      catalogId: 1259,
      oid: 1,
      text,
    }),
  );
  expect(ownersAmong(['two words', 'own\ner', 'owner', 'reader'], toc)).toEqual(['two words', 'owner']);
  expect(ownersAmong(['reader'], undefined)).toEqual(['reader']);
});
