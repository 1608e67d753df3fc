CREATE UNLOGGED SEQUENCE seq.volatile; SELECT nextval('seq.volatile');
ALTER SEQUENCE seq.unlogged_a_seq SET LOGGED;
-- Not before 15: what pg_dump 15 and newer write of it (`LOGGED`) no older server reads, and 14 is dumped here by 15.
CREATE UNLOGGED TABLE seq.unlogged_identity (b int GENERATED ALWAYS AS IDENTITY);
INSERT INTO seq.unlogged_identity DEFAULT VALUES;
