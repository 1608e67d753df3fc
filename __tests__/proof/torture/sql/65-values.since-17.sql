CREATE TABLE vals.infinite_intervals (i interval);
INSERT INTO vals.infinite_intervals VALUES ('infinity'), ('-infinity');
