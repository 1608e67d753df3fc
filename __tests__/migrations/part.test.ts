import { expect, it } from '@jest/globals';
import { lacking } from '../../src/migrations/part.js';

it.each<[Record<string, unknown>, RegExp | undefined]>([
  [{ content: 'all' }, undefined],
  [{ content: 'all', tables: [], 'exclude-table-data': [] }, undefined],
  [{ content: 'schema' }, /no rows/],
  [{ content: 'all', 'exclude-table-data': ['logs'], schemas: ['a'] }, /\(`schemas`, `exclude-table-data`\)/],
])('what a backup made with %j lacks is said', (options, said) => {
  const [first, ...others] = lacking({ options });
  expect(others).toEqual([]);
  if (said === undefined) expect(first).toBeUndefined();
  else expect(first).toMatch(said);
});

it('refuses a backup without definitions', () => {
  expect(() => lacking({ options: { content: 'data' } })).toThrow(/no migration can be tried on it/);
});
