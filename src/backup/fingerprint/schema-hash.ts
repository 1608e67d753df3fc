import { createHash, type Hash } from 'node:crypto';

/**
 * The SHA-256 of a schema-only dump, fed piece by piece. Left out are the \`\restrict\` and \`\unrestrict\` lines, which
 * hold a random key in every dump since the fix of CVE-2025-8714.
 */
export class SchemaHash {
  readonly #hash: Hash = createHash('sha256');
  #rest = Buffer.alloc(0);

  update(chunk: Buffer): void {
    const text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = text.lastIndexOf(10) + 1;
    this.#rest = Buffer.from(text.subarray(end));
    this.#lines(text.subarray(0, end));
  }

  digest(): string {
    this.#lines(this.#rest);
    return this.#hash.digest('hex');
  }

  #lines(text: Buffer): void {
    let from = 0;
    for (let start = 0; start < text.length;) {
      const newline = text.indexOf(10, start);
      const next = newline === -1 ? text.length : newline + 1;
      // Only lines that begin with a backslash are looked at.
      if (
        text[start] === 92 &&
        /^\\(un)?restrict /.test(text.toString('latin1', start, Math.min(next, start + 12)))
      ) {
        this.#hash.update(text.subarray(from, start));
        from = next;
      }
      start = next;
    }
    this.#hash.update(text.subarray(from));
  }
}
