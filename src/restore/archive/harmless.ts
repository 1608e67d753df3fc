import type { RestoreError } from '../types.js';

interface Harmless {
  message: RegExp;
  statement: RegExp;
  why: string;
}

/**
 * The errors that change nothing about what is restored. Messages are the server's, in English; the statement must be
 * just the one that pg_dump writes, so that a user's object never passes for it.
 */
const HARMLESS: readonly Harmless[] = [
  {
    message: /^unrecognized configuration parameter "transaction_timeout"$/,
    statement: /^SET transaction_timeout = 0;/,
    why: 'pg_dump 17 and newer switch this timeout off for the session; servers before 17 have no such timeout.',
  },
  {
    message: /^schema "public" already exists$/,
    statement: /^CREATE SCHEMA public;/,
    why: 'Every database has the schema public from the beginning; what is in it was restored.',
  },
  {
    message: /^must be owner of extension /,
    statement: /^COMMENT ON EXTENSION /,
    why: 'An extension brings its own comment along; setting it again takes the owner of the extension.',
  },
];

/** Why this error changes nothing, or undefined. */
export function harmless({
  message,
  statement,
}: Pick<RestoreError, 'message' | 'statement'>): string | undefined {
  return HARMLESS.find(
    (known) => known.message.test(message) && statement !== undefined && known.statement.test(statement),
  )?.why;
}
