/** How much of a long report one format shows. */
export interface Limits {
  /** Rows of a table, items of a list, lines of the output. */
  rows: number;
  /** Facts that are open; the others are folded. */
  openFacts: number;
  /** Characters of a sentence, such as an error's message. */
  text: number;
  /** Characters of a statement. */
  sql: number;
  /** Characters of the schema's differences. */
  diff: number;
  /** Of all of it, in UTF-8. */
  bytes: number;
}

/** GitHub takes 65,536 characters. Three facts of this length fit whatever their characters become as markup. */
export const COMMENT: Limits = { rows: 25, openFacts: 3, text: 500, sql: 160, diff: 12_000, bytes: 65_536 };

/** The runner takes a mebibyte a step and drops a longer summary whole; other parts of the step write there too. */
export const SUMMARY: Limits = {
  rows: 200,
  openFacts: 20,
  text: 1000,
  sql: 300,
  diff: 200_000,
  bytes: 1_000_000,
};

/** Nothing but a reader's patience limits these. */
export const TERMINAL: Limits = {
  rows: 500,
  openFacts: 500,
  text: 2000,
  sql: 200,
  diff: 200_000,
  bytes: Infinity,
};
export const PAGE: Limits = {
  rows: 500,
  openFacts: 20,
  text: 2000,
  sql: 500,
  diff: 500_000,
  bytes: Infinity,
};
