CREATE TABLE vals.infinite_numerics (n numeric);
INSERT INTO vals.infinite_numerics VALUES ('Infinity'), ('-Infinity'), ('NaN');
