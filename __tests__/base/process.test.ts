import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/base/errors.js';
import { run } from '../../src/base/process.js';

describe('run', () => {
  it('returns all that was printed, with any exit code', async () => {
    const { stdout, code } = await run('sh', ['-c', 'head -c 300000 /dev/zero; exit 3']);
    expect([stdout.length, code]).toEqual([300_000, 3]);
  });

  it('takes output that does not end for no success', async () => {
    const ended = run('sh', ['-c', 'echo begun; sleep 2 & exit 0']);
    await expect(ended).rejects.toBeInstanceOf(UserError);
    await expect(ended).rejects.toThrow(/holds its output open/);
  });
});
