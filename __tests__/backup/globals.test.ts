import { describe, expect, it } from '@jest/globals';
import { globalsFor } from '../../src/backup/globals.js';

const of = (...roles: string[]): Buffer =>
  Buffer.from(roles.map((role) => `CREATE ROLE ${role};\n`).join(''));

describe('globals that fit a dump', () => {
  const CASES: [string, Buffer, Buffer | undefined, string[], 'first' | 'second'][] = [
    ['as they were before', of('app', '"we ""ird"'), undefined, ['app', 'we "ird'], 'first'],
    ['although a role is there that the dump does not name', of('app', 'other'), undefined, ['app'], 'first'],
    ['although predefined roles are nowhere made', of('app'), undefined, ['app', 'pg_monitor'], 'first'],
    ['once more, where a role came in between', of('app'), of('app', 'late'), ['app', 'late'], 'second'],
  ];
  it.each(CASES)('%s', async (_name, first, second, roles, which) => {
    const again = (): Promise<Buffer> =>
      second === undefined ? Promise.reject(new Error('not needed')) : Promise.resolve(second);
    expect(await globalsFor(first, again, roles)).toBe(which === 'first' ? first : second);
  });

  it('are refused when both lack a role', async () => {
    const again = (): Promise<Buffer> => Promise.resolve(of('app', 'other'));
    await expect(globalsFor(of('app'), again, ['app', 'gone'])).rejects.toThrow(/lack 1 role .*\(gone\)/);
  });
});
