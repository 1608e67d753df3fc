import { describe, expect, it } from '@jest/globals';
import { explainSqlError } from '../../src/postgres/explain.js';
import { SqlError } from '../../src/postgres/reply.js';

describe('explainSqlError', () => {
  it('makes a message of the error of a statement, and leaves other errors alone', () => {
    const known = new SqlError('permission denied for schema s', '42501', '');
    const unknown = new SqlError('function f() does not exist', '42883', 'HINT:  No function matches.');
    const say = (error: unknown): unknown => explainSqlError(error, 'Counting rows', {});
    expect(say(known)).toMatchObject({
      name: 'UserError',
      cause: known,
      message: expect.stringMatching(/^Counting rows failed\. The role may not use schema s/),
    });
    expect(say(unknown)).toMatchObject({
      message:
        'Counting rows failed. PostgreSQL said: function f() does not exist\nHINT:  No function matches. (SQLSTATE 42883)',
    });
    const other = new Error('x');
    expect(say(other)).toBe(other);
  });
});
