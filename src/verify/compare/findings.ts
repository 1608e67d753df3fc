import type { Finding, FindingKind } from '../types.js';

export function equal(kind: FindingKind, name: string): Finding {
  return { kind, name, verdict: 'equal' };
}

export function different(
  kind: FindingKind,
  name: string,
  expected: string,
  found: string,
  more: { why?: string; minor?: true } = {},
): Finding {
  return { kind, name, verdict: 'different', expected, found, ...more };
}

export function notMeasured(kind: FindingKind, name: string, why: string): Finding {
  return { kind, name, verdict: 'not measured', why };
}

/** `public.orders`, for people. */
export function titleOf({ schema, name }: { schema: string; name: string }): string {
  return `${schema}.${name}`;
}

/** Tells two names apart whatever they hold. */
export function keyOf({ schema, name }: { schema: string; name: string }): string {
  return JSON.stringify([schema, name]);
}
