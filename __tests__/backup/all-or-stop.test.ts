import { describe, expect, it } from '@jest/globals';
import { allOrStop } from '../../src/backup/all-or-stop.js';
import { ContentsError } from '../../src/backup/contents.js';
import { CancelledError } from '../../src/base/errors.js';

/** Work that ends a while after it was stopped. */
function slowToStop(stop: AbortController, done: string[], error: Error): Promise<never> {
  return new Promise((_, reject) => {
    stop.signal.addEventListener('abort', () =>
      setTimeout(() => {
        done.push('stopped');
        reject(error);
      }, 50),
    );
  });
}

describe('allOrStop', () => {
  it('gives both results', async () => {
    expect(await allOrStop(new AbortController(), [Promise.resolve(1), Promise.resolve('a')])).toEqual([
      1,
      'a',
    ]);
  });

  it('stops the other when one fails, and waits until it has ended', async () => {
    const stop = new AbortController();
    const done: string[] = [];
    const other = slowToStop(stop, done, new CancelledError());
    await expect(allOrStop(stop, [Promise.reject(new Error('first')), other])).rejects.toThrow('first');
    expect(done).toEqual(['stopped']);
  });

  it('tells the reason, not what follows from it', async () => {
    const stop = new AbortController();
    const other = slowToStop(stop, [], new Error('pg_dump failed'));
    const early = Promise.reject(new ContentsError('no table of contents'));
    await expect(allOrStop(stop, [early, other])).rejects.toThrow('pg_dump failed');
  });
});
