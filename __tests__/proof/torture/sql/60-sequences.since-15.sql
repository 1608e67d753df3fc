CREATE UNLOGGED SEQUENCE seq.volatile; SELECT nextval('seq.volatile');
ALTER SEQUENCE seq.unlogged_a_seq SET LOGGED;
