-- Virtual columns, named NOT NULL, what is not enforced, periods.
CREATE TABLE cols.virtual (a int, v int GENERATED ALWAYS AS (a * 3) VIRTUAL, s int GENERATED ALWAYS AS (a * 4) STORED, w text GENERATED ALWAYS AS ('v' || a) );
INSERT INTO cols.virtual (a) SELECT i FROM generate_series(1, 30) i;
CREATE TABLE cols.not_nulls (a int CONSTRAINT "a is needed" NOT NULL, b int NOT NULL NO INHERIT, c int);
INSERT INTO cols.not_nulls VALUES (1, 2, NULL);
ALTER TABLE cols.not_nulls ADD CONSTRAINT c_later NOT NULL c NOT VALID;
CREATE TABLE cols.enforced (id int PRIMARY KEY);
CREATE TABLE cols.not_enforced (a int, CONSTRAINT dream CHECK (a > 0) NOT ENFORCED, b int CONSTRAINT wish REFERENCES cols.enforced NOT ENFORCED);
INSERT INTO cols.not_enforced VALUES (-1, 4711);
CREATE TABLE cols.rooms (id int, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE cols.bookings (id int, during daterange, UNIQUE (id, during WITHOUT OVERLAPS), FOREIGN KEY (id, PERIOD during) REFERENCES cols.rooms (id, PERIOD during));
INSERT INTO cols.rooms VALUES (1, '[2026-01-01,2026-07-01)'), (1, '[2026-07-01,2027-01-01)');
INSERT INTO cols.bookings VALUES (1, '[2026-06-01,2026-08-01)');
