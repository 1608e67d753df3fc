import { randomBytes } from 'node:crypto';

// RFC 4648 base32 without the letters and digits that people confuse; 32 characters, so a byte maps without bias.
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const PATTERN = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[a-z2-7]{4}$/;

/** A backup's id: its UTC start in basic ISO form and four random characters, `20261120T020000Z-k3fd`. */
export function newId(startedAt: Date, random: Uint8Array = randomBytes(4)): string {
  const time = startedAt.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${time}-${Array.from(random, (byte) => ALPHABET[byte % 32]).join('')}`;
}

/** True for a string of the form that `newId` makes. */
export function isId(text: string): boolean {
  return PATTERN.test(text);
}

/** When the backup with this id was started. */
export function idTime(id: string): Date {
  const [, year, month, day, hour, minute, second] = PATTERN.exec(id) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
