SET client_min_messages = error;
CREATE PUBLICATION torture_filtered FOR TABLE kinds.used (id, m) WHERE (id > 10), idx.t WHERE (id < 5);
CREATE PUBLICATION torture_schemas FOR TABLES IN SCHEMA "Search Path", cons, TABLE cols.dropped;
RESET client_min_messages;
