import { describe, expect, it } from '@jest/globals';
import { decideOwnership } from '../../src/restore/roles.js';
import { decideRows } from '../../src/restore/rows/decide.js';
import { list, shownName, withoutNames } from '../../src/restore/sentence.js';

describe('names in sentences', () => {
  it.each([
    ['public.orders', 'public.orders'],
    ['orders', '"orders"'],
    ['my plans.secret', '"my plans.secret"'],
    ['say "secret"', '"say ""secret"""'],
    ['public.secret(integer)', '"public.secret(integer)"'],
    ['secret\nline', '"secret line"'],
  ])('%j is hidden where everybody reads', (name, shown) => {
    expect(shownName(name)).toBe(shown);
    expect(withoutNames(`These are not: ${list([name, name])}. Make them.`)).toMatch(
      /^These are not: (\.\.\.|("\.\.\.")+), (\.\.\.|("\.\.\.")+)\. Make them\.$/,
    );
  });

  it('leaves no role, trigger or foreign key', () => {
    const roles = decideOwnership(
      { mode: 'replace', owner: 'auto', privileges: 'auto' },
      { all: ['secret', 'her secret'], owners: ['secret', 'boss_secret'], withDefaults: [] },
      { there: new Set(['boss_secret']), actAs: new Set(), setDefaults: new Set() },
      'my_secret',
    );
    const rows = decideRows(
      ['app.secret'],
      {
        triggers: [{ name: 'the secret', table: 'app.secret', fires: 'origin' }],
        foreignKeys: [{ name: 'key_secret', table: 'app.secret', refersTo: 'app.secret2', deferred: false }],
        maySilence: true,
      },
      'my_secret',
    );
    const told = [...roles.blockers, ...rows.blockers, ...rows.warnings];
    expect(told.length).toBeGreaterThanOrEqual(3);
    for (const sentence of told) {
      expect(sentence).toContain('secret');
      expect(withoutNames(sentence)).not.toContain('secret');
    }
  });
});
