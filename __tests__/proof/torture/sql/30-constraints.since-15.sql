CREATE TABLE cons.pair (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE cons.nulls (a int, b int, UNIQUE NULLS NOT DISTINCT (a), FOREIGN KEY (a, b) REFERENCES cons.pair ON DELETE SET NULL (b));
INSERT INTO cons.pair VALUES (1, 1);
INSERT INTO cons.nulls VALUES (1, 1), (NULL, 1);
