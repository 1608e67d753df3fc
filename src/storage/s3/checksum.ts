import { createHash } from 'node:crypto';

/** Which checksum a service keeps of what it was sent, as it shows it again later. */
export type ChecksumKind = 'sha256' | 'md5';

/**
 * The digest of one part. Undefined where this Node may not make it (MD5 under FIPS): then nothing is promised to the
 * store, and the object is read again at the end.
 */
export function partDigest(kind: ChecksumKind, bytes: Uint8Array): Buffer | undefined {
  try {
    return createHash(kind).update(bytes).digest();
  } catch {
    return undefined;
  }
}

/**
 * What a service shows for a whole object that was sent in these parts: for MD5 the ETag, `md5(md5s)-count` in hex; for
 * SHA-256 AWS's composite checksum, `sha256(sha256s)-count` in base64. An object sent without parts has its plain digest.
 */
export function wholeChecksum(
  kind: ChecksumKind,
  parts: readonly (Buffer | undefined)[],
  multipart: boolean,
): string | undefined {
  const digests = parts.filter((digest) => digest !== undefined);
  const [first] = digests;
  if (first === undefined || digests.length !== parts.length) return undefined;
  const encoding = kind === 'md5' ? 'hex' : 'base64';
  if (!multipart) return first.toString(encoding);
  const whole = createHash(kind).update(Buffer.concat(digests)).digest(encoding);
  return `${whole}-${parts.length}`;
}

/** An ETag as it is: without quotes, in lower case. Undefined for none and for an empty one. */
export function plainEtag(etag: string | undefined): string | undefined {
  const plain = etag?.replace(/^W\//, '').replaceAll('"', '').toLowerCase();
  return plain === '' ? undefined : plain;
}
