import { messageOf } from '../base/errors.js';
import { decryptStage, type DecryptionKeys } from '../codec/index.js';
import { digestOfBytes } from '../storage/digest.js';
import { readObject } from '../storage/read-many.js';
import type { Store } from '../storage/store.js';
import type { Fingerprint, TableFingerprint } from './fingerprint/types.js';
import { backupKey } from './layout.js';
import type { Manifest } from './manifest.js';

type Counted = Pick<TableFingerprint, 'schema' | 'name' | 'rows'>;

/** The tables that had rows in an earlier backup and have none now; those that are gone were dropped by somebody. */
export function emptiedTables(now: readonly Counted[], before: readonly Counted[]): Counted[] {
  const key = ({ schema, name }: Counted): string => JSON.stringify([schema, name]);
  const had = new Map(before.map((table) => [key(table), table.rows]));
  return now.filter((table) => table.rows === 0 && (had.get(key(table)) ?? 0) > 0);
}

/**
 * Reads what an earlier backup counted.
 * @returns why not, where it has no fingerprint, it is not ours to open, or it is damaged.
 */
export async function readCounts(
  store: Store,
  { name, id, parts }: Pick<Manifest, 'name' | 'id' | 'parts'>,
  keys: DecryptionKeys,
): Promise<{ tables: Counted[] } | { why: string }> {
  const part = parts.find(({ file }) => file.startsWith('fingerprint.json'));
  if (part === undefined) return { why: 'it has no fingerprint' };
  if (part.encryption === 'age-recipients' || (part.encryption !== 'none' && keys.passphrase === undefined))
    return { why: 'it is encrypted, and this job cannot read it' };
  try {
    const bytes = await readObject(store, backupKey(name, id, part.file));
    if (digestOfBytes(bytes).sha256 !== part.sha256) return { why: 'its fingerprint is damaged' };
    const plain = part.encryption === 'none' ? bytes : await decrypted(bytes, keys, part.file);
    return { tables: (JSON.parse(Buffer.from(plain).toString('utf8')) as Fingerprint).tables };
  } catch (error) {
    return { why: messageOf(error) };
  }
}

async function decrypted(bytes: Uint8Array, keys: DecryptionKeys, file: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decryptStage(keys, file)(one(bytes))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of one chunk
async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
