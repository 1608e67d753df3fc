import { withoutComments } from '../comments.js';

/** A gentler form of a statement: when it applies, and what to do instead, in one sentence. */
interface Rule {
  applies: RegExp;
  unless?: RegExp;
  advice: string;
}

const IN_BATCHES = 'in batches, each in a transaction of its own';

/**
 * What is known of statements that lock or rewrite more than they must; the first that applies counts. Sources: the
 * notes of ALTER TABLE, CREATE INDEX, REINDEX, REFRESH MATERIALIZED VIEW, VACUUM and CLUSTER in PostgreSQL's documentation.
 */
const RULES: readonly Rule[] = [
  {
    applies: /^CREATE (UNIQUE )?INDEX\b/i,
    unless: /\bCONCURRENTLY\b/i,
    advice:
      '`CREATE INDEX CONCURRENTLY`, outside of a transaction, lets writes go on; drop the invalid index that it leaves when it fails.',
  },
  {
    applies: /^REINDEX\b/i,
    unless: /\bCONCURRENTLY\b/i,
    advice: '`REINDEX … CONCURRENTLY` lets reads and writes go on.',
  },
  {
    applies: /^DROP INDEX\b/i,
    unless: /\bCONCURRENTLY\b/i,
    advice: '`DROP INDEX CONCURRENTLY`, outside of a transaction, waits for nobody while others wait for it.',
  },
  {
    applies: /^REFRESH MATERIALIZED VIEW\b/i,
    unless: /\bCONCURRENTLY\b/i,
    advice:
      '`REFRESH MATERIALIZED VIEW CONCURRENTLY` lets reads go on; the view needs a unique index for it.',
  },
  {
    applies: /^(VACUUM\b.*\bFULL|CLUSTER\b)/i,
    advice: 'A tool such as pg_repack writes a table anew while it is used.',
  },
  {
    applies: /\bADD\b[^;]*\bUSING INDEX\b/i,
    advice:
      'Set `lock_timeout` and try again when it is reached: what waits for this lock makes all others wait.',
  },
  {
    applies: /^ALTER TABLE\b.*\bADD\b[^;]*\b(FOREIGN KEY|REFERENCES)\b/i,
    unless: /\bNOT VALID\b/i,
    advice:
      'Add the foreign key `NOT VALID` and `VALIDATE CONSTRAINT` it in a second transaction: that reads the table while writes go on.',
  },
  {
    applies: /^ALTER TABLE\b.*\bADD (CONSTRAINT\b[^;]*)?CHECK\b/i,
    unless: /\bNOT VALID\b/i,
    advice:
      'Add the constraint `NOT VALID` and `VALIDATE CONSTRAINT` it in a second transaction: that reads the table while writes go on.',
  },
  {
    applies: /^ALTER TABLE\b.*\bADD (CONSTRAINT\b[^;]*)?(PRIMARY KEY|UNIQUE)\b/i,
    advice:
      'Build the index with `CREATE UNIQUE INDEX CONCURRENTLY` first, then `ADD CONSTRAINT … USING INDEX`.',
  },
  {
    applies: /^ALTER TABLE\b.*\bSET NOT NULL\b/i,
    advice:
      'Add `CHECK (… IS NOT NULL) NOT VALID` and validate it in a second transaction: `SET NOT NULL` then reads no row; drop the check afterwards.',
  },
  {
    applies: /^ALTER TABLE\b.*\bALTER (COLUMN )?\S+ (SET DATA )?TYPE\b/i,
    advice: `Add a column of the new type, fill it ${IN_BATCHES}, and let it take the old one's place.`,
  },
  {
    applies: /^ALTER TABLE\b.*\bADD (COLUMN )?[^;]*\b(DEFAULT|GENERATED)\b/i,
    advice: `Add the column without the default, set the default for new rows, and fill the old ones ${IN_BATCHES}: only constants need no rewrite.`,
  },
  {
    applies: /^ALTER TABLE\b.*\bSET (UNLOGGED|LOGGED|TABLESPACE|ACCESS METHOD)\b/i,
    advice: 'It writes the whole table anew under a lock: choose a time when nobody needs the table.',
  },
  {
    applies: /^ALTER TABLE\b.*\bDETACH PARTITION\b/i,
    unless: /\bCONCURRENTLY\b/i,
    advice:
      '`DETACH PARTITION … CONCURRENTLY`, outside of a transaction, lets reads and writes go on (PostgreSQL 14 and newer).',
  },
  {
    applies: /^(UPDATE|DELETE)\b/i,
    advice: `Do it ${IN_BATCHES}, apart from changes of the schema: locks are held until the transaction ends.`,
  },
  {
    applies: /^(ALTER|DROP|TRUNCATE|LOCK)\b/i,
    advice:
      'Set `lock_timeout` before it and try again when it is reached, and keep the transaction short: what waits for this lock makes all others wait.',
  },
];

/** What to do instead of a statement that locked or rewrote something; undefined where nothing gentler is known. */
export function adviceOn(sql: string): string | undefined {
  const plain = withoutComments(sql);
  return RULES.find(({ applies, unless }) => applies.test(plain) && unless?.test(plain) !== true)?.advice;
}
