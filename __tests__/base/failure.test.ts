import { describe, expect, it } from '@jest/globals';
import { CancelledError, UserError } from '../../src/base/errors.js';
import { failuresOf } from '../../src/base/failure.js';

describe('failuresOf', () => {
  it("tells a user's mistake in its own words", () => {
    expect(failuresOf(new UserError('No such bucket.'))).toEqual([
      { message: 'No such bucket.', details: [] },
    ]);
    expect(failuresOf(new CancelledError('Cancelled.'))).toEqual([{ message: 'Cancelled.', details: [] }]);
  });

  it('shows what caused it, down the chain', () => {
    const inner = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    const error = new UserError('The server does not answer.', {
      cause: new Error('request', { cause: inner }),
    });
    expect(failuresOf(error)[0]?.details).toEqual(['Cause: request', 'Cause: connect failed (ECONNREFUSED)']);
  });

  it('does not follow causes in a circle', () => {
    const error = new UserError('round');
    error.cause = error;
    expect(failuresOf(error)[0]?.details.length).toBe(5);
  });

  it('shows a fault with its stack', () => {
    const [failure] = failuresOf(new TypeError('x is undefined'));
    expect(failure?.message).toMatch(/^x is undefined \(This is unexpected: please report it/);
    expect(failure?.details[0]).toMatch(/^at .*failure\.test\.ts/);
    expect(failuresOf('thrown text')[0]?.message).toMatch(/^thrown text /);
  });

  it('takes several errors apart', () => {
    const error = new AggregateError([new UserError('one'), new AggregateError([new UserError('two')])]);
    expect(failuresOf(error).map(({ message }) => message)).toEqual(['one', 'two']);
  });
});
