-- Identity in a partitioned table.
CREATE TABLE cols.identity_parts (id int GENERATED ALWAYS AS IDENTITY, a int) PARTITION BY LIST (a);
CREATE TABLE cols.identity_parts_1 PARTITION OF cols.identity_parts FOR VALUES IN (1);
INSERT INTO cols.identity_parts (a) VALUES (1), (1);
