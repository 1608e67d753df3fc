import { createHash, type Hash } from 'node:crypto';

/** One entry of a schema-only dump, without its text. */
export interface DefinitionEntry {
  /** `VIEW` */
  type: string;
  /** `-` where it has none. */
  schema: string;
  name: string;
  hash: string;
}

const HEADER = /^-- Name: (.*); Type: ([A-Z0-9 ]+); Schema: (.*); Owner: .*$/;
const TABLESPACE = /^SET default_tablespace = .*;$/;
const ACCESS_METHOD = /^SET default_table_access_method = .*;$/;
const COMPLETE = '-- PostgreSQL database dump complete';
const RULE = '--';

/**
 * Splits the output of `pg_dump --schema-only` into its entries, fed line by line. Only names and hashes are kept, so
 * memory grows with the number of objects and not with their text. Left out is what hangs on the order of entries:
 * pg_dump sorts by OID where nothing else tells two objects apart. A setting that is written once and holds for what
 * comes after it counts as part of those entries.
 */
export class DefinitionEntries {
  readonly #entries: DefinitionEntry[] = [];
  #hash: Hash | undefined;
  /** Empty lines and rules that may turn out to belong to the next header. */
  #held: string[] = [];
  #tablespace = '';
  #accessMethod = '';

  line(line: string): void {
    if (line === '' || line === RULE) this.#held.push(line);
    else if (TABLESPACE.test(line)) this.#tablespace = line;
    else if (ACCESS_METHOD.test(line)) this.#accessMethod = line;
    else if (line === COMPLETE || /^\\(un)?restrict /.test(line)) this.#held = [];
    else this.#text(line);
  }

  /** All entries; nothing may be fed any more. */
  end(): readonly DefinitionEntry[] {
    this.#close();
    return this.#entries;
  }

  #text(line: string): void {
    const match = HEADER.exec(line);
    if (match !== null) {
      this.#close();
      const [, name = '', type = '', schema = ''] = match;
      this.#hash = createHash('sha256');
      if (/^(TABLE|MATERIALIZED VIEW)$/.test(type)) this.#hash.update(this.#accessMethod);
      if (/^(TABLE|MATERIALIZED VIEW|INDEX|CONSTRAINT)$/.test(type)) this.#hash.update(this.#tablespace);
      this.#entries.push({ type, schema, name, hash: '' });
    } else if (this.#held.length > 0) this.#hash?.update(`${this.#held.join('\n')}\n`);
    this.#held = [];
    this.#hash?.update(`${line}\n`);
  }

  #close(): void {
    const last = this.#entries.at(-1);
    if (last !== undefined && this.#hash !== undefined) last.hash = this.#hash.digest('hex');
    this.#hash = undefined;
    this.#held = [];
  }
}

/** How a definition differs from what it was to be. */
export interface DefinitionDifference {
  entry: Omit<DefinitionEntry, 'hash'>;
  how: 'missing' | 'added' | 'changed';
}

/** What is in only one of two dumps, or in both with another text. Several may have one name, such as two casts. */
export function diffEntries(
  expected: readonly DefinitionEntry[],
  found: readonly DefinitionEntry[],
): DefinitionDifference[] {
  const left = group(found);
  const differences: DefinitionDifference[] = [];
  for (const [key, entries] of group(expected)) {
    const others = left.get(key) ?? [];
    left.delete(key);
    const hashes = entries.map(({ hash }) => hash);
    const extra = others.filter(({ hash }) => !take(hashes, hash));
    const [entry] = entries;
    if (entry === undefined) continue;
    for (let index = 0; index < Math.max(hashes.length, extra.length); index += 1) {
      const how = index >= extra.length ? 'missing' : index >= hashes.length ? 'added' : 'changed';
      differences.push({ entry, how });
    }
  }
  for (const entries of left.values()) for (const entry of entries) differences.push({ entry, how: 'added' });
  return differences;
}

function group(entries: readonly DefinitionEntry[]): Map<string, DefinitionEntry[]> {
  const groups = new Map<string, DefinitionEntry[]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.type, entry.schema, entry.name]);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [entry]);
    else members.push(entry);
  }
  return groups;
}

/** Takes one of them out; false where there is none. */
function take(hashes: string[], hash: string): boolean {
  const at = hashes.indexOf(hash);
  if (at !== -1) hashes.splice(at, 1);
  return at !== -1;
}
