import { parseAge } from './duration.js';

/** Which backup of a family is meant. */
export type BackupSelector =
  | { kind: 'latest' }
  /** The newest whose newest verification passed. */
  | { kind: 'latest-verified' }
  | { kind: 'id'; id: string }
  /** The newest whose snapshot is not later than `time`. */
  | { kind: 'before'; time: Date; text: string }
  /** Any one whose snapshot is not older. */
  | { kind: 'random'; withinMs: number };

/** What `backup` may be, for messages. */
export const SELECTORS =
  'latest, latest-verified, an id such as 20261120T020000Z-k3fd, before:<time> such as before:2026-11-20T09:00:00Z, random:<age> such as random:7d';

const ID = /^\d{8}T\d{6}Z-[a-z2-7]{4}$/;
// A time without a zone would mean another moment on another machine.
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/;

/** Reads the `backup` input; undefined when it is none of the forms. A bare date is its first moment in UTC. */
export function parseSelector(text: string): BackupSelector | undefined {
  if (text === 'latest' || text === 'latest-verified') return { kind: text };
  if (ID.test(text)) return { kind: 'id', id: text };
  const [, kind, rest = ''] = /^(before|random):(.*)$/.exec(text) ?? [];
  if (kind === 'before' && TIME.test(rest)) {
    const time = new Date(rest);
    return Number.isNaN(time.getTime()) ? undefined : { kind, time, text: rest };
  }
  const withinMs = kind === 'random' ? parseAge(rest) : undefined;
  return withinMs === undefined ? undefined : { kind: 'random', withinMs };
}
