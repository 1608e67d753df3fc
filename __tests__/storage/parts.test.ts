import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { plainEtag, wholeChecksum } from '../../src/storage/s3/checksum.js';
import { planParts } from '../../src/storage/s3/parts.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;

/** How many parts an object of this size becomes. */
function partsOf(bytes: number, estimate: number | undefined, maxParts: number): number {
  const plan = planParts(estimate, maxParts);
  let left = bytes;
  let index = 0;
  for (; left > 0; index += 1) left -= plan.partBytes(index);
  return index;
}

describe('how an object is cut', () => {
  it.each([
    ['no estimate', undefined, 8 * MIB, 3],
    ['a small object', 1000, 8 * MIB, 3],
    ['8,000 MiB', 8000 * MIB, 8 * MIB, 3],
    ['16 GiB', 16 * GIB, 17 * MIB, 2],
    ['60 GB', 60e9, 58 * MIB, 1],
    ['300 GB', 300e9, 64 * MIB, 1],
    ['5 TiB', 5 * TIB, 1049 * MIB, 1],
  ])('%s', (_what, estimate, bytes, parallel) => {
    const plan = planParts(estimate, 10_000);
    expect(plan.partBytes(0)).toBe(bytes);
    expect(plan.parallel).toBe(parallel);
  });

  it('needs at most a thousand parts where that costs no memory', () => {
    for (const size of [GIB, 8 * GIB, 20 * GIB, 60e9])
      expect(partsOf(size, size, 10_000)).toBeLessThanOrEqual(1000);
  });

  it('keeps within what the service takes, for any size that it takes', () => {
    for (const size of [GIB, 100 * GIB, TIB, 5 * TIB]) {
      expect(partsOf(size, size, 10_000)).toBeLessThanOrEqual(5000);
      expect(partsOf(size, size / 20, 10_000)).toBeLessThanOrEqual(10_000);
    }
    for (const size of [GIB, 100 * GIB, TIB]) expect(partsOf(size, size, 1000)).toBeLessThanOrEqual(1000);
    expect(partsOf(3.9 * TIB, undefined, 10_000)).toBeLessThanOrEqual(10_000);
  });

  it('makes all parts equal as long as the estimate was right', () => {
    for (const estimate of [undefined, GIB, 50 * GIB, TIB]) {
      const plan = planParts(estimate, 10_000);
      expect(new Set([0, 1, 2500, 4999].map((index) => plan.partBytes(index))).size).toBe(1);
      expect(plan.partBytes(5000)).toBe(2 * plan.partBytes(0));
    }
  });

  it('keeps the buffers within 128 MiB up to 300 GB', () => {
    for (const estimate of [0, GIB, 10 * GIB, 30 * GIB, 100 * GIB, 300e9]) {
      const plan = planParts(estimate, 10_000);
      expect(plan.partBytes(0) * (plan.parallel + 1)).toBeLessThanOrEqual(128 * MIB);
    }
    const plan = planParts(undefined, 10_000);
    expect(plan.partBytes(0) * (plan.parallel + 1)).toBeLessThanOrEqual(64 * MIB);
  });
});

describe('checksums of whole objects', () => {
  const md5 = (text: string): Buffer => createHash('md5').update(text).digest();
  const sha = (text: string): Buffer => createHash('sha256').update(text).digest();

  it('are the plain digest where there were no parts', () => {
    expect(wholeChecksum('md5', [md5('hello')], false)).toBe('5d41402abc4b2a76b9719d911017c592');
    expect(wholeChecksum('sha256', [sha('')], false)).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  });

  it('are the digest of the digests and their number for parts, one part too', () => {
    // printf hello | md5sum | xxd -r -p | md5sum
    expect(wholeChecksum('md5', [md5('hello')], true)).toBe('62109206880d38a4010a98e11243924a-1');
    const two = createHash('sha256')
      .update(Buffer.concat([sha('a'), sha('b')]))
      .digest('base64');
    expect(wholeChecksum('sha256', [sha('a'), sha('b')], true)).toBe(`${two}-2`);
  });

  it('are unknown where a digest is missing', () => {
    expect(wholeChecksum('md5', [], true)).toBeUndefined();
    expect(wholeChecksum('md5', [md5('a'), undefined], true)).toBeUndefined();
  });

  it.each([
    ['"ABC-2"', 'abc-2'],
    ['W/"abc"', 'abc'],
    ['abc', 'abc'],
    ['""', undefined],
    [undefined, undefined],
  ])('ETag %s', (etag, plain) => {
    expect(plainEtag(etag)).toBe(plain);
  });
});
