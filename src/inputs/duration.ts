const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

function parse(text: string, pattern: RegExp, longest: number): number | undefined {
  const match = pattern.exec(text);
  const value = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? NaN);
  return value >= 1 && value <= longest ? value : undefined;
}

/** `500ms`, `60s`, `5m`, `1h`, up to a day: milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return parse(text, /^(\d{1,9})(ms|s|m|h)$/, 86_400_000);
}

/** `90m`, `26h`, `8d`, `4w`, up to a hundred years: milliseconds; undefined for anything else. */
export function parseAge(text: string): number | undefined {
  return parse(text, /^(\d{1,9})(m|h|d|w)$/, 36_525 * 86_400_000);
}

const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** An ISO time. A date alone is the beginning of that day; what has no zone is of this machine's, as for `date`. */
export function parseTime(text: string): Date | undefined {
  if (!TIME.test(text)) return undefined;
  const time = new Date(text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T'));
  return Number.isNaN(time.getTime()) ? undefined : time;
}
