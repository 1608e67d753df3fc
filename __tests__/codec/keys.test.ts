import { describe, expect, it } from '@jest/globals';
import { generateIdentity } from 'age-encryption';
import { keysOf } from '../../src/codec/index.js';

describe('the keys of inputs', () => {
  it('masks an identity as a whole and line by line, and the passphrase', async () => {
    const [one, two] = [await generateIdentity(), await generateIdentity()];
    const identity = `# public key: age1x\n${one}\r\n${two}\n`;
    const masked: string[] = [];
    const keys = await keysOf({ identity, passphrase: 'open sesame' }, { mask: (text) => masked.push(text) });
    expect(keys).toEqual({ identities: [one, two], passphrase: 'open sesame' });
    expect(masked).toEqual([one, two, 'open sesame']);
  });

  it('masks a key that stands alone', async () => {
    const identity = await generateIdentity();
    const masked: string[] = [];
    await keysOf({ identity }, { mask: (text) => masked.push(text) });
    expect(masked).toContain(identity);
  });

  it('are none where no input was given', async () => {
    expect(await keysOf({}, { mask: () => undefined })).toEqual({});
  });

  it('masks before it refuses', async () => {
    const masked: string[] = [];
    await expect(
      keysOf({ identity: 'AGE-SECRET-KEY-1BROKEN' }, { mask: (text) => masked.push(text) }),
    ).rejects.toThrow('is not an age secret key');
    expect(masked).toContain('AGE-SECRET-KEY-1BROKEN');
  });
});
