import { expect, it } from '@jest/globals';
import { adviceOn } from '../../src/migrations/judge/advice.js';

it.each([
  ['CREATE INDEX i ON orders (a)', 'CREATE INDEX CONCURRENTLY'],
  ['create unique index concurrently i ON orders (a)', undefined],
  ['-- why\nCREATE /* x */ INDEX i\nON orders (a)', 'CREATE INDEX CONCURRENTLY'],
  ['DROP INDEX i', 'DROP INDEX CONCURRENTLY'],
  ['REINDEX TABLE orders', 'REINDEX'],
  ['REFRESH MATERIALIZED VIEW v', 'CONCURRENTLY'],
  ['VACUUM (FULL, ANALYZE) orders', 'pg_repack'],
  ['ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b', 'foreign key `NOT VALID`'],
  ['ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b NOT VALID', 'lock_timeout'],
  ['ALTER TABLE orders ADD COLUMN a int REFERENCES b', 'foreign key `NOT VALID`'],
  ['ALTER TABLE orders ADD CHECK (a > 0)', 'constraint `NOT VALID`'],
  ['ALTER TABLE orders ADD CONSTRAINT p PRIMARY KEY (a)', 'USING INDEX'],
  ['ALTER TABLE orders ADD CONSTRAINT p PRIMARY KEY USING INDEX i', 'lock_timeout'],
  ['ALTER TABLE orders ALTER a SET NOT NULL', 'IS NOT NULL'],
  ['ALTER TABLE orders ALTER COLUMN a TYPE bigint', 'column of the new type'],
  ['ALTER TABLE orders ADD COLUMN a uuid DEFAULT gen_random_uuid()', 'without the default'],
  ['ALTER TABLE orders DETACH PARTITION p', 'DETACH PARTITION'],
  ['UPDATE orders SET a = 1', 'in batches'],
  ['TRUNCATE orders', 'lock_timeout'],
  ['SELECT 1', undefined],
  ['CREATE TABLE t ()', undefined],
])('advice on %j: %s', (sql, words) => {
  if (words === undefined) expect(adviceOn(sql)).toBeUndefined();
  else expect(adviceOn(sql)).toContain(words);
});
