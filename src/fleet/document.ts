import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type ParsedNode,
} from 'yaml';
import type { Position, Problem } from './types.js';

/** A word of a map, and what stands behind it. */
export interface Pair {
  key: string;
  at: Position;
  value: unknown;
}

/** A YAML file whose parts know where they stand. */
export class ConfigDocument {
  /** What is no YAML, and words that stand twice. */
  readonly problems: Problem[] = [];
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed;

  constructor(text: string) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
    const found = [...this.document.errors, ...this.document.warnings];
    const twice = found.filter(({ code }) => code === 'DUPLICATE_KEY');
    // What follows the first mistake is mostly its echo.
    const [broken] = found.filter((each) => !twice.includes(each));
    for (const { pos } of twice)
      this.problems.push({ ...this.place(pos[0]), message: 'this stands twice in one place' });
    if (broken !== undefined)
      this.problems.push({
        ...this.place(broken.pos[0]),
        message:
          broken.code === 'MULTIPLE_DOCS'
            ? 'a second document begins here, and one is all that is read: take out the "---"'
            : `this is no YAML: ${withoutSource(broken.message)}`,
      });
    visit(this.document, {
      Alias: (_, alias) => {
        if (alias.resolve(this.document) === undefined)
          this.problems.push({ ...this.at(alias), message: 'this alias has no anchor before it' });
      },
    });
  }

  get contents(): unknown {
    return this.document.contents;
  }

  /** Where a node stands; the start of the file for what is not there. */
  at(node: unknown): Position {
    const range = (node as Partial<ParsedNode> | null)?.range;
    return this.place(range?.[0] ?? 0);
  }

  /** The words of a map; undefined for what is none. */
  pairs(node: unknown): Pair[] | undefined {
    const map = this.resolved(node);
    if (!isMap(map)) return undefined;
    return map.items.map(({ key, value }) => ({
      key: isScalar(key) ? String(key.source ?? key.value) : '',
      at: this.at(key),
      value,
    }));
  }

  /**
   * What stands behind a word, as an input would be given it; undefined for what is no text.
   * @param lists whether it may be a list, which has a line for each entry
   */
  text(node: unknown, lists = false): string | undefined {
    const value = this.resolved(node);
    if (lists && isSeq(value)) {
      const entries = value.items.map((item) => this.scalar(item));
      return entries.some((entry) => entry === undefined || entry.includes('\n'))
        ? undefined
        : entries.join('\n');
    }
    return this.scalar(value);
  }

  /** Whether nothing at all stands there. */
  isNothing(node: unknown): boolean {
    const value = this.resolved(node);
    return value === null || value === undefined || (isScalar(value) && value.value === null);
  }

  private scalar(node: unknown): string | undefined {
    const scalar = this.resolved(node);
    if (!isScalar(scalar)) return undefined;
    const { value, source } = scalar;
    if (typeof value === 'string') return value;
    // `1.10` is a version, not a number.
    return typeof value === 'number' || typeof value === 'boolean' ? (source ?? String(value)) : undefined;
  }

  private resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.document) : node;
  }

  private place(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    // An empty file has no line.
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** Some messages end in a piece of the file. */
function withoutSource(message: string): string {
  return (message.split(/\n|: (?=["'|>])/)[0] ?? '').replace(/\.$/, '');
}
