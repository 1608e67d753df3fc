import { messageOf, UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import type { Compression } from '../codec/types.js';
import { parseCount, parseWithin } from '../retention/policy.js';
import type { Within } from '../retention/types.js';
import { parseAge, parseDuration, parseTime } from './duration.js';
import { parseSize } from './size.js';
import { parseSelector, SELECTORS, type BackupSelector } from './selector.js';
import type { Kind } from './spec.js';

export type Value =
  string | number | boolean | readonly string[] | Compression | BackupSelector | Within | Date;

// Above 19 zstd needs --ultra and gigabytes of memory to read the backup again.
const LEVELS: Record<string, number> = { zstd: 19, gzip: 9 };

/** Values can be long, or be secrets pasted into the wrong input: a message shows only the start of one. */
function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}

function refuse(name: string, text: string, allowed: string): never {
  throw new UserError(`Input "${name}" is ${shown(text)}; allowed: ${allowed}.`);
}

function parseBoolean(name: string, text: string): boolean {
  // The YAML 1.2 core schema's spellings, as the runner's own toolkit has them.
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  return refuse(name, text, 'true, false');
}

function parseWorkers(name: string, text: string, max: number): number | 'auto' {
  if (text === 'auto') return text;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return value >= 1 && value <= max ? value : refuse(name, text, `auto, or a whole number from 1 to ${max}`);
}

function parseCompression(name: string, text: string): Compression {
  const match = /^(zstd|gzip|lz4|none)(?::(\d{1,2}))?$/.exec(text);
  const method = match?.[1] as Compression['method'] | undefined;
  const level = match?.[2] === undefined ? undefined : Number(match[2]);
  if (method !== undefined && level === undefined) return { method };
  if (method !== undefined && level !== undefined && level >= 1 && level <= (LEVELS[method] ?? 0)) {
    return { method, level };
  }
  return refuse(name, text, 'zstd, zstd:1 to zstd:19, gzip, gzip:1 to gzip:9, lz4, none');
}

function parseMajor(name: string, text: string): number | 'auto' {
  if (text === 'auto') return text;
  return /^[1-9]\d$/.test(text) ? Number(text) : refuse(name, text, 'auto, or a major version such as 17');
}

function parseNumber(name: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : refuse(name, text, `a whole number from ${min} to ${max}`);
}

/** More than a thousandfold is a slip of the finger. */
const MAX_PERCENT = 100_000;

function parsePercent(name: string, text: string): number {
  const percent = Number(/^(\d{1,6}(?:\.\d{1,3})?) ?%$/.exec(text)?.[1]);
  return percent > 0 && percent <= MAX_PERCENT
    ? percent / 100
    : refuse(name, text, 'a percentage, such as 50%');
}

/** What another room reads, with the input's name put to what it says is wrong. */
function named<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UserError(`Input "${name}": ${messageOf(error)}`);
  }
}

/** The entries of a list: one a line, without the space around them, blank lines left out. */
export function splitList(text: string): string[] {
  return text
    .split(/\r?\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Names with spaces at their ends are not worth supporting, values of two lines are mostly a mistake. */
function parseString(name: string, text: string, { multiline }: { multiline?: true }): string {
  const lines = splitList(text);
  if (lines.length > 1 && multiline !== true)
    throw new UserError(`Input "${name}" takes one line; it has ${plural(lines.length, 'line')}.`);
  if (text.includes('\0')) throw new UserError(`Input "${name}" holds a NUL character.`);
  return text;
}

function parseChoices(name: string, text: string, { values }: { values: readonly string[] }): string[] {
  const entries = splitList(text);
  const unknown = entries.find((entry) => !values.includes(entry));
  return unknown === undefined ? entries : refuse(name, unknown, `${values.join(', ')}, one a line`);
}

type Readers = {
  [T in Kind['type']]: (name: string, text: string, kind: Extract<Kind, { type: T }>) => Value;
};

/** How each kind of input is read; `text` has no space around it. */
const READERS: Readers = {
  string: parseString,
  secret: (name, text, { multiline }) => (multiline === true ? text : parseString(name, text, {})),
  list: (_, text) => splitList(text),
  boolean: parseBoolean,
  workers: (name, text, { max }) => parseWorkers(name, text, max),
  choice: (name, text, { values }) => (values.includes(text) ? text : refuse(name, text, values.join(', '))),
  choices: parseChoices,
  time: (name, text) =>
    parseTime(text) ?? refuse(name, text, 'an ISO time such as 2025-01-31T02:00:00Z, or 2025-01-31'),
  duration: (name, text) =>
    parseDuration(text) ?? refuse(name, text, 'a number and a unit, such as 500ms, 60s, 5m or 1h, up to 24h'),
  age: (name, text) =>
    parseAge(text) ?? refuse(name, text, 'a number and a unit, such as 90m, 26h, 8d or 4w'),
  selector: (name, text) => parseSelector(text) ?? refuse(name, text, SELECTORS),
  number: parseNumber,
  count: (name, text) => named(name, () => parseCount(text)),
  within: (name, text) => named(name, () => parseWithin(text)),
  size: (name, text) =>
    parseSize(text) ?? refuse(name, text, 'a number of bytes, or one with a unit, such as 500GB or 10GiB'),
  percent: parsePercent,
  compression: parseCompression,
  major: parseMajor,
};

/**
 * Reads one input's text, which is not empty.
 * @throws UserError that names the input and what it may be; a secret's text is never in it.
 */
export function parseValue(name: string, kind: Kind, text: string): Value {
  // Which reader belongs to which kind is what the type of READERS says; a lookup by a union cannot show it.
  const reader = READERS[kind.type] as (name: string, text: string, kind: Kind) => Value;
  return reader(name, text.trim(), kind);
}
