import { createHash, type Hash } from 'node:crypto';

const NEWLINE = 10;
/** The first bytes of the lines that may be left out: a backslash, or the dash of a comment. */
const SPECIAL = new Set([92, 45]);
const RULE = '--';
const REFRESH = /^-- Name: .*; Type: MATERIALIZED VIEW DATA; Schema: /;

/**
 * The SHA-256 of a database's definitions, fed piece by piece: the output of `pg_dump --schema-only`, or of
 * `pg_restore --schema-only` of an archive with the same content. Left out are
 * - the `\restrict` and `\unrestrict` lines, which hold a random key in every dump since the fix of CVE-2025-8714;
 * - the REFRESH of materialized views, which pg_restore takes for schema and pg_dump for data.
 */
export class SchemaHash {
  readonly #hash: Hash = createHash('sha256');
  #rest = Buffer.alloc(0);
  /** A `--` line whose entry is not known yet. */
  #rule: Buffer | undefined;
  #skipping: 'title' | 'body' | undefined;

  update(chunk: Buffer): void {
    const text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = text.lastIndexOf(NEWLINE) + 1;
    this.#rest = Buffer.from(text.subarray(end));
    this.#lines(text.subarray(0, end));
  }

  digest(): string {
    this.#lines(this.#rest);
    if (this.#rule !== undefined) this.#hash.update(this.#rule);
    return this.#hash.digest('hex');
  }

  #lines(text: Buffer): void {
    let from = 0;
    for (let start = 0; start < text.length;) {
      const newline = text.indexOf(NEWLINE, start);
      const next = newline === -1 ? text.length : newline + 1;
      const special = SPECIAL.has(text[start] ?? 0) || this.#rule !== undefined;
      if ((special || this.#skipping !== undefined) && !this.#keeps(text.subarray(start, next))) {
        this.#hash.update(text.subarray(from, start));
        from = next;
      }
      start = next;
    }
    this.#hash.update(text.subarray(from));
  }

  /** Each entry of a dump begins with a comment of three lines: `--`, `-- Name: ...; Type: ...`, `--`. */
  #keeps(bytes: Buffer): boolean {
    const line = bytes.toString('latin1').trimEnd();
    if (this.#skipping === 'title') {
      if (line === RULE) this.#skipping = 'body';
      return false;
    }
    if (this.#skipping === 'body' && line !== RULE) return false;
    this.#skipping = undefined;
    if (this.#rule !== undefined) {
      const rule = this.#rule;
      this.#rule = undefined;
      if (REFRESH.test(line)) {
        this.#skipping = 'title';
        return false;
      }
      this.#hash.update(rule);
    }
    if (line === RULE) {
      this.#rule = Buffer.from(bytes);
      return false;
    }
    return !/^\\(un)?restrict /.test(line);
  }
}
