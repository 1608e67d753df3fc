const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export type Style = keyof typeof STYLES;

/** What decides about colours: a terminal, what it can do, and what the user wants. */
export interface Output {
  stream: { isTTY?: boolean };
  env: NodeJS.ProcessEnv;
  /** False when the user wants none. */
  color?: boolean | undefined;
}

/** True for a terminal that can move its cursor and show colours. */
export function isCapable({ stream, env }: Output): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** True where text may be coloured; no-color.org: NO_COLOR present and not empty means no. */
export function usesColor(output: Output): boolean {
  return isCapable(output) && output.color !== false && (output.env['NO_COLOR'] ?? '') === '';
}

/** Text without control characters in one of the styles. */
export function styled(text: string, style: Style): string {
  return `\u001b[${STYLES[style]}m${text}\u001b[0m`;
}
