-- Sequences of every kind and state.
CREATE SCHEMA seq;
CREATE SEQUENCE seq.never;
CREATE SEQUENCE seq.used; SELECT setval('seq.used', 4711);
CREATE SEQUENCE seq.reset_but_not_called; SELECT setval('seq.reset_but_not_called', 99, false);
CREATE SEQUENCE seq.down AS smallint INCREMENT -5 MINVALUE -300 MAXVALUE -1 START -10 CYCLE; SELECT nextval('seq.down') FROM generate_series(1, 3);
CREATE SEQUENCE seq.big AS bigint MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807 CACHE 50; SELECT setval('seq.big', 9223372036854775806);
CREATE SEQUENCE seq.low AS bigint MINVALUE -9223372036854775808 START -9223372036854775808; SELECT nextval('seq.low');
CREATE SEQUENCE seq.int AS int; SELECT setval('seq.int', 2147483647);
CREATE TABLE seq.owner (a int DEFAULT nextval('seq.used'), b int);
CREATE SEQUENCE seq.owned OWNED BY seq.owner.b;
ALTER TABLE seq.owner ALTER b SET DEFAULT nextval('seq.owned') + 1;
INSERT INTO seq.owner DEFAULT VALUES;
CREATE SEQUENCE "seq"."Sequence of a ""name"" \ é"; SELECT nextval('"seq"."Sequence of a ""name"" \ é"');
CREATE UNLOGGED TABLE seq.unlogged (a serial, b int);
INSERT INTO seq.unlogged DEFAULT VALUES;
