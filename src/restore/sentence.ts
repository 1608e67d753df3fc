import { publicReason } from '../backup/log.js';
import { UserError } from '../base/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';

const SHOWN = 5;

/** `schema.table`, which is known to be a name wherever it stands. */
const PLAIN = /^[\p{L}_][\p{L}\p{N}_$-]*(\.[\p{L}\p{N}_$-]+)+$/u;

/** A name for a sentence: in quotes where it could be taken for one of the sentence's words, and so be left standing by `withoutNames`. */
export function shownName(name: string): string {
  return PLAIN.test(name) ? name : quoteIdentifier(name.replaceAll(/[\r\n]/g, ' '));
}

/** All names for a sentence. */
export function listAll(names: readonly string[]): string {
  return names.map(shownName).join(', ');
}

/** Some names for a sentence, and how many more there are. */
export function list(names: readonly string[]): string {
  return `${listAll(names.slice(0, SHOWN))}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`;
}

/** Why `...` stands where names would. */
export const NAMES_ELSEWHERE =
  'This repository is public, so no table or role is named here: `pgkeep restore --dry-run` on a machine of yours names them.';

/** A sentence for those who may not know what is in the database. */
export function withoutNames(sentence: string): string {
  return publicReason(new UserError(sentence), { target: { host: undefined, user: undefined }, secrets: [] });
}
