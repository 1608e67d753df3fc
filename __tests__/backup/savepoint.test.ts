import { describe, expect, it } from '@jest/globals';
import { inSavepoint } from '../../src/backup/fingerprint/savepoint.js';
import type { Psql } from '../../src/postgres/psql.js';

/** A session that notes what it is told, and has ended as soon as it is told `end`. */
function session(): { psql: Psql; statements: string[] } {
  const statements: string[] = [];
  const exec = (...all: string[]): Promise<void> => {
    if (statements.includes('end')) return Promise.reject(new Error('the session is closed'));
    statements.push(...all);
    return Promise.resolve();
  };
  return { psql: { exec } as unknown as Psql, statements };
}

describe('inSavepoint', () => {
  const BACK = ['ROLLBACK TO SAVEPOINT s', 'RELEASE SAVEPOINT s'];

  it('gives back what the work did, after rolling back', async () => {
    const { psql, statements } = session();
    expect(await inSavepoint(psql, 's', () => Promise.resolve(7))).toBe(7);
    expect(statements).toEqual(['SAVEPOINT s', ...BACK]);
  });

  it('rolls back what failed', async () => {
    const { psql, statements } = session();
    await expect(inSavepoint(psql, 's', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(statements).toEqual(['SAVEPOINT s', ...BACK]);
  });

  it('throws the real error when the session has ended', async () => {
    const { psql } = session();
    const work = async (): Promise<never> => {
      await psql.exec('end');
      throw new Error('the server crashed');
    };
    await expect(inSavepoint(psql, 's', work)).rejects.toThrow('the server crashed');
  });

  it('does not hide a rollback that fails after work that succeeded', async () => {
    const { psql } = session();
    await expect(inSavepoint(psql, 's', () => psql.exec('end'))).rejects.toThrow('session is closed');
  });
});
