import { UserError } from '../base/errors.js';
import { encryptStage, partName } from '../codec/index.js';
import type { Encryption } from '../codec/types.js';
import type { Part } from '../backup/manifest.js';
import { DigestMeter, sameDigest } from '../storage/digest.js';
import { decompressed, type Examined } from './examine.js';
import type { DumpLayers } from './layers.js';
import { through } from './program.js';
import type { Source } from './source.js';
import { asDirectoryTar } from './tar.js';

const BASES = { custom: 'database.dump', plain: 'database.sql', tar: 'database.dir.tar' };
const SUFFIXES = { gzip: '.gz', zstd: '.zst', lz4: '.lz4' };

/** A file as it will be stored. */
export interface StoredForm {
  file: string;
  encryption: Part['encryption'];
  /** Its bytes, once. Throws at its end when the file is no longer what was examined. */
  bytes(): AsyncIterable<Uint8Array>;
}

/**
 * How a file is stored: as it is, byte by byte, wherever the format of a backup allows. What `openssl` encrypted is
 * decrypted, since nothing stored could tell how to; what age encrypted stays so unless other keys are given.
 * @throws UserError for what was encrypted and would no longer be
 */
export async function storedForm(
  source: Source,
  layers: DumpLayers,
  { digest }: Pick<Examined, 'digest'>,
  { encryption, signal }: { encryption: Encryption; signal: AbortSignal },
): Promise<StoredForm> {
  const file = source.path;
  const kept = keptEncryption(layers, encryption);
  if (kept === undefined && encryption.kind === 'none' && layers.encryption !== 'none')
    throw stillEncrypted(file);
  const base = BASES[layers.kind] + (layers.compression === undefined ? '' : SUFFIXES[layers.compression]);
  const stage = await encryptStage(encryption);
  const stored = kept ?? encryption.kind;
  return {
    file: partName(base, { encrypted: stored !== 'none' }),
    encryption: stored,
    bytes: () => {
      const raw = unchanged(source.read(signal), digest, file);
      return kept === undefined ? stage(repacked(layers.decrypt(raw), layers, { file, signal })) : raw;
    },
  };
}

/** The refusal to store in plain what was encrypted: what it is decrypted for (`openssl`, packing anew) is no reason to. */
export function stillEncrypted(file: string): UserError {
  return new UserError(
    `${file} is encrypted, and what is stored of it would not be: as it is encrypted it cannot be stored. Give recipients or a passphrase.`,
  );
}

/** Where the file's own encryption is what is stored. */
function keptEncryption(layers: DumpLayers, encryption: Encryption): Part['encryption'] | undefined {
  if (encryption.kind !== 'none' || layers.kind === 'tar') return undefined;
  return layers.encryption === 'age-recipients' || layers.encryption === 'age-passphrase'
    ? layers.encryption
    : undefined;
}

/** A tar archive with its files in the folder of a backup; anything else as it is. */
function repacked(
  opened: AsyncIterable<Uint8Array>,
  layers: DumpLayers,
  how: { file: string; signal: AbortSignal },
): AsyncIterable<Uint8Array> {
  if (layers.kind !== 'tar') return opened;
  const packed = asDirectoryTar(decompressed(opened, layers, how), how.file);
  const { decompressor } = layers;
  return decompressor === undefined ? packed : through(packed, { ...decompressor, args: ['-cq'] }, how);
}

async function* unchanged(
  source: AsyncIterable<Uint8Array>,
  expected: Examined['digest'],
  file: string,
): AsyncIterable<Uint8Array> {
  const meter = new DigestMeter();
  for await (const chunk of source) {
    meter.update(chunk);
    yield chunk;
  }
  if (!sameDigest(meter.digest(), expected))
    throw new UserError(
      `${file} was written to while it was imported, so it is not the file that was read before. Import it once it is done.`,
    );
}
