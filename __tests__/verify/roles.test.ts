import { describe, expect, it } from '@jest/globals';
import { roleFindings } from '../../src/verify/roles.js';

const globals = { roles: ['app'], statements: [] };
const source = { bootstrapRole: 'postgres', encoding: 'UTF8' };

describe('roles that only the archive names', () => {
  it('are a difference where the backup has globals', () => {
    expect(roleFindings(['app', 'gone', 'pg_monitor', 'postgres'], globals, source)).toEqual([
      expect.objectContaining({ kind: 'role', name: 'gone', verdict: 'different', found: 'missing' }),
    ]);
  });

  it.each([
    ['without globals', ['gone'], undefined, source],
    ['where the globals make them', ['app'], globals, source],
    [
      'whose bytes another encoding may have written otherwise',
      ['größe'],
      globals,
      { ...source, encoding: 'LATIN1' },
    ],
  ])('are none %s', (_when, named, made, of) => {
    expect(roleFindings(named, made, of)).toEqual([]);
  });
});
