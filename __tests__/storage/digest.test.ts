import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DigestMeter } from '../../src/storage/digest.js';
import { noise } from '../codec/bytes.js';

describe('DigestMeter', () => {
  it('knows the digest of nothing', () => {
    expect(new DigestMeter().digest()).toEqual({
      bytes: 0,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    });
  });

  it('counts bytes and hashes them, however they are cut', () => {
    const bytes = noise(100_003);
    const meter = new DigestMeter();
    meter.update(bytes.subarray(0, 1));
    meter.update(bytes.subarray(1, 1));
    meter.update(new Uint8Array(bytes.subarray(1, 70_000)));
    meter.update(bytes.subarray(70_000));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(meter.digest()).toEqual({ bytes: 100_003, sha256 });
  });
});
