import type { Reporter } from '../base/reporter.js';
import type { DecryptionKeys } from './decrypt-header.js';
import { identitiesOf } from './identities.js';

/**
 * The keys that inputs hold, masked before anything can print them. Empty where neither was given.
 * @throws UserError when the identity is none; its text is never in the message.
 */
export async function keysOf(
  { identity, passphrase }: { identity?: string | undefined; passphrase?: string | undefined },
  reporter: Pick<Reporter, 'mask'>,
): Promise<DecryptionKeys> {
  // Line by line too: a log shows single lines.
  for (const secret of [identity, ...(identity ?? '').split(/\r?\n|\r/), passphrase])
    if (secret !== undefined && secret.trim() !== '' && !secret.startsWith('#')) reporter.mask(secret.trim());
  return {
    ...(identity === undefined ? {} : { identities: await identitiesOf(identity) }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}
