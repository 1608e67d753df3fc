import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/base/errors.js';
import { ask } from '../../src/backup/session.js';
import { SqlError, type Psql } from '../../src/postgres/psql.js';

describe('ask', () => {
  const target = { host: 'db', port: '5432' } as unknown as Parameters<typeof ask>[2];

  it('explains what the server refused, and closes the session', async () => {
    let closed = false;
    const psql = { close: () => Promise.resolve(void (closed = true)) } as unknown as Psql;
    const refused = new SqlError('permission denied for table pg_database', '42501', '');
    const asked = ask(
      () => Promise.resolve(psql),
      'Reading database "shop"',
      target,
      () => Promise.reject(refused),
    );
    await expect(asked).rejects.toBeInstanceOf(UserError);
    await expect(asked).rejects.toThrow(/^Reading database "shop" failed\..*permission denied/s);
    expect(closed).toBe(true);
  });
});
