import { CLOSE, OPEN } from './characters.js';

/** What psql goes by to know where a statement ends and whether rows follow it: its first words, its last, its parentheses. */
export class StatementWords {
  readonly #first: string[] = [];
  #last: string[] = [];
  /** How deep in the body of a function this is. */
  #body = 0;
  #parentheses = 0;

  /** The next word, in lower case; `"` stands for any name in quotes. */
  note(word: string): void {
    if (this.#first.length < 4) this.#first.push(word);
    this.#last = [...this.#last.slice(-1), word];
    if (!/^create (or replace )?(function|procedure)/.test(this.#first.join(' '))) return;
    if (word === 'begin' || (word === 'case' && this.#body > 0)) this.#body += 1;
    else if (word === 'end' && this.#body > 0) this.#body -= 1;
  }

  /** Any other character outside of quotes. */
  symbol(byte: number): void {
    if (byte === OPEN) this.#parentheses += 1;
    else if (byte === CLOSE) this.#parentheses = Math.max(0, this.#parentheses - 1);
  }

  /** Whether a semicolon here is the end of the statement. */
  get mayEnd(): boolean {
    return this.#parentheses === 0 && this.#body === 0;
  }

  /** Whether rows follow. */
  get copies(): boolean {
    return this.#first[0] === 'copy' && this.#last.join(' ') === 'from stdin';
  }
}
