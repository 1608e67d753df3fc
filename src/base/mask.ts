const SHORTEST = 4;

/**
 * Words of everyday messages. Whoever has one of them as a password gains nothing from a log in which
 * "*** authentication failed for user ***" stands, and everybody else could not read it.
 */
const TRIVIAL = new Set(
  'postgres postgresql localhost public database password template1 root admin user test true false none null'.split(
    ' ',
  ),
);

function worthHiding(text: string): boolean {
  return text.length >= SHORTEST && !TRIVIAL.has(text.toLowerCase());
}

/**
 * What must be hidden so that `secret` cannot be read: itself, or each of its lines, for logs are written line by
 * line. Values shorter than four characters and trivial words are left out: hiding them would only garble the log.
 */
export function hidden(secret: string): string[] {
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim());
  return [...new Set(lines)].filter(worthHiding);
}

/** Replaces every secret it was told of by `***`. */
export class Mask {
  /** Longest first: a secret that holds another one must not leave its other half behind. */
  private secrets: string[] = [];

  add(secret: string): void {
    const all = new Set([...this.secrets, ...hidden(secret)]);
    this.secrets = [...all].sort((a, b) => b.length - a.length);
  }

  apply(text: string): string {
    return this.secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  }
}
