import { UserError } from '../base/errors.js';
import { decryptStage, type DecryptionKeys } from '../codec/index.js';
import type { Stage } from '../codec/types.js';
import { installTools, type InstallOptions } from '../postgres/programs/index.js';
import type { Filter } from '../restore/stage/unpack.js';
import { kindOf, TELLING, type Kind } from './magic.js';
import { opensslStage } from './openssl.js';
import { through } from './program.js';
import type { Source } from './source.js';
import { notADump, nothingIn } from './unusable.js';

export type Compression = 'gzip' | 'zstd' | 'lz4';
export type DumpKind = 'custom' | 'tar' | 'plain';
/** A dump of one database, and not of a whole server. */
export type DumpLayers = Layers & { kind: DumpKind };

/** What the dump in a file begins with: its table of contents is in there, or the first of it. */
const HEAD = 256 * 1024;

/** What opens encrypted files. */
export interface SourceKeys extends DecryptionKeys {
  /** Of `openssl enc -pbkdf2`. */
  iterations: number;
}

/** A file, taken apart: how it is encrypted and compressed, and what the dump in it begins with. */
export interface Layers {
  encryption: 'none' | 'age-recipients' | 'age-passphrase' | 'openssl';
  compression: Compression | undefined;
  kind: DumpKind | 'server';
  head: Buffer;
  /** Takes the encryption away. */
  decrypt: Stage;
  /** Takes the compression away. */
  decompressor: Filter | undefined;
}

/**
 * Looks at the beginning of a file.
 * @throws NoDumpError for what is no dump; UserError for one that cannot be opened, or is damaged at its beginning
 */
export async function layersOf(
  source: Source,
  keys: SourceKeys,
  { tools, signal }: { tools: InstallOptions; signal: AbortSignal },
): Promise<Layers> {
  const file = source.path;
  const raw = await headOf(source.read(signal), TELLING);
  if (raw.length === 0) throw nothingIn(file, false);
  const outer = kindOf(raw);
  const { encryption, decrypt } = await decryption(outer, raw, keys, file);
  const plain = encryption === 'none' ? raw : await headOf(decrypt(source.read(signal)), TELLING);
  if (plain.length === 0) throw nothingIn(file, true);
  const middle = kindOf(plain);
  const compression = isCompression(middle) ? middle : undefined;
  const decompressor = compression === undefined ? undefined : await decompressorOf(compression, tools);
  const opened = decrypt(source.read(signal));
  const head = await headOf(
    decompressor === undefined ? opened : through(opened, decompressor, { file, signal }),
    HEAD,
  );
  if (head.length === 0) throw nothingIn(file, true);
  const kind = kindOf(head);
  if (kind !== 'custom' && kind !== 'tar' && kind !== 'plain' && kind !== 'server') {
    if (kind !== undefined)
      throw new UserError(
        `${file} is packed more than once (${[outer, middle, kind].filter((one, index, all) => one !== undefined && all.indexOf(one) === index).join(', ')}). Undo the outermost step, and import the result.`,
      );
    throw notADump(file, head);
  }
  return { encryption, compression, kind, head, decrypt, decompressor };
}

/** The beginning of a stream, of which no more is read. */
async function headOf(bytes: AsyncIterable<Uint8Array>, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    total += chunk.length;
    if (total >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}

async function decryption(
  outer: Kind | undefined,
  head: Buffer,
  keys: SourceKeys,
  file: string,
): Promise<Pick<Layers, 'encryption' | 'decrypt'>> {
  if (outer === 'age') {
    const byPassphrase = /^-> scrypt /m.test(head.toString('latin1'));
    const [given, wanted] = byPassphrase
      ? [keys.passphrase, 'PGKEEP_SOURCE_PASSPHRASE to its passphrase']
      : [keys.identities, 'the secret key of one of its recipients by --identity-file'];
    if (given === undefined)
      throw new UserError(
        `${file} is encrypted with age, and is read to its end before it is stored. ${byPassphrase ? 'Set' : 'Give'} ${wanted}.`,
      );
    return {
      encryption: byPassphrase ? 'age-passphrase' : 'age-recipients',
      decrypt: decryptStage(keys, file),
    };
  }
  if (outer !== 'openssl') return { encryption: 'none', decrypt: (bytes) => bytes };
  const { passphrase, iterations } = keys;
  if (passphrase === undefined)
    throw new UserError(
      `${file} was encrypted by \`openssl enc\`, and no passphrase was given. Set PGKEEP_SOURCE_PASSPHRASE to the one that it was made with.`,
    );
  return { encryption: 'openssl', decrypt: await opensslStage(head, { passphrase, iterations, file }) };
}

const isCompression = (kind: Kind | undefined): kind is Compression =>
  kind === 'gzip' || kind === 'zstd' || kind === 'lz4';

async function decompressorOf(compression: Compression, tools: InstallOptions): Promise<Filter> {
  // Wherever there is a shell there is gzip.
  const tool =
    compression === 'gzip'
      ? { path: 'gzip', env: {} }
      : (await installTools([compression], tools))[compression];
  return { path: tool.path, args: ['-dcq'], env: { ...tools.env, ...tool.env } };
}
